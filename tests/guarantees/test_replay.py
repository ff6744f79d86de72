"""Dead letters are put back once, whatever happens to the replay."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from kafka import TopicPartition

from streams import topics
from streams.connection import consumer, producer
from streams.events import Record
from streams.processors.processor import Rejection
from streams.processors.rejection import rejected_event
from streams.replay import Done, ReplayError, Selection, outstanding, replay_rejected

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streams.config import Settings


def reject(settings: Settings, values: Iterable[bytes], code: str = "processor-timeout") -> None:
    """Write dead letters as the tagger does."""
    output = producer(settings)
    for offset, value in enumerate(values):
        record = Record(
            settings.topic(topics.ARTICLES), 0, offset, 0, value, value, (("trace", b"\x00\xff"),)
        )
        event = rejected_event(record, Rejection(code, "as asked"), "tagger", datetime.now(UTC))
        output.send(
            settings.topic(event.topic), event.value, key=event.key, headers=list(event.headers)
        )
    output.close()


def articles(settings: Settings) -> list[bytes]:
    """Return the values of all records of the source topic that are committed."""
    client = consumer(settings, auto_offset_reset="earliest", isolation_level="read_committed")
    topic = settings.topic(topics.ARTICLES)
    partitions = [TopicPartition(topic, n) for n in client.partitions_for_topic(topic)]
    client.assign(partitions)
    client.seek_to_beginning(*partitions)
    ends = client.end_offsets(partitions)
    values: list[bytes] = []
    while any(client.position(partition) < end for partition, end in ends.items()):
        for messages in client.poll(timeout_ms=250).values():
            assert all(("trace", b"\x00\xff") in message.headers for message in messages)
            values += [message.value for message in messages]
    client.close()
    return values


def numbered(name: str, count: int) -> list[bytes]:
    return [f"{name} {number}".encode() for number in range(count)]


def test_each_letter_is_put_back_once_with_its_headers(settings: Settings) -> None:
    reject(settings, numbered("letter", 250))
    assert len(list(replay_rejected(settings))) == 250
    assert list(replay_rejected(settings)) == []
    assert sorted(articles(settings)) == sorted(numbered("letter", 250))


def test_what_a_filter_passes_over_is_put_back_later(settings: Settings) -> None:
    for round_ in range(5):
        reject(settings, numbered(f"slow {round_}", 3), "processor-timeout")
        reject(settings, numbered(f"broken {round_}", 3), "not-json")
    slow = Selection(errors=["processor-timeout"])
    assert len(list(outstanding(settings, slow))) == 15
    assert len(list(replay_rejected(settings, slow))) == 15
    assert all(value.startswith(b"slow") for value in articles(settings))
    assert list(replay_rejected(settings, slow)) == []
    assert {letter.header("error") for letter in replay_rejected(settings)} == {"not-json"}
    assert len(articles(settings)) == 30


def test_a_dry_run_changes_nothing(settings: Settings) -> None:
    reject(settings, numbered("letter", 5))
    assert len(list(outstanding(settings))) == 5
    assert len(list(outstanding(settings))) == 5
    assert articles(settings) == []


def test_selections() -> None:
    now = datetime(2026, 5, 1, tzinfo=UTC)
    headers = (("error", b"not-json"), ("processor", b"tagger"))
    letter = Record("articles.rejected", 0, 0, round(now.timestamp() * 1000), None, None, headers)
    day = timedelta(days=1)
    assert Selection().takes(letter)
    assert Selection(errors=["not-json"], processors=["tagger"]).takes(letter)
    assert not Selection(errors=["empty"]).takes(letter)
    assert not Selection(processors=["spotter"]).takes(letter)
    assert Selection(since=now, until=now + day).takes(letter)
    assert not Selection(since=now + day).takes(letter)
    assert not Selection(until=now).takes(letter)


def test_what_is_done_survives_as_metadata() -> None:
    done = Done(5).plus([5, 6, 9, 10, 11, 20])
    assert done == Done(7, frozenset({9, 10, 11, 20}))
    assert done.metadata == "9-11,20"
    assert Done.parse(done.offset, done.metadata) == done
    assert done.plus([7, 8]) == Done(12, frozenset({20}))
    assert [offset in done for offset in (4, 6, 7, 8, 9, 20, 21)] == [
        True, True, False, False, True, True, False,
    ]  # fmt: skip


def test_a_second_replay_ends_the_first(settings: Settings) -> None:
    reject(settings, numbered("letter", 300))
    first = replay_rejected(settings)
    next(first)
    list(replay_rejected(settings))
    with pytest.raises(ReplayError, match="another replay"):
        list(first)
    assert sorted(articles(settings)) == sorted(numbered("letter", 300))


def test_a_killed_replay_loses_and_doubles_nothing(settings: Settings) -> None:
    values = numbered("letter", 2000)
    reject(settings, values)
    environment = os.environ | {
        "HEDGEWIRE_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
        "HEDGEWIRE_TOPIC_PREFIX": settings.topic_prefix,
    }
    command = [sys.executable, "-m", "streams", "rejected", "replay"]
    chance = random.Random(1)
    killed = 0
    while True:
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as replay:
            assert replay.stdout is not None
            # From the first letter on it is in the middle of its work.
            for _ in range(chance.randrange(1, 400)):
                if not replay.stdout.readline():
                    break
            replay.send_signal(signal.SIGKILL)
            replay.stdout.read()
        if replay.returncode != -signal.SIGKILL:
            break
        killed += 1
        time.sleep(0.1)
    assert list(outstanding(settings)) == []
    assert sorted(articles(settings)) == sorted(values)
    assert killed > 3
