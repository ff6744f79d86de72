"""Worker processes, with records and fates that are not what they hope for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from kafka import OffsetAndMetadata, TopicPartition
from prometheus_client import CollectorRegistry

from streams import topics
from streams.client import follow
from streams.config import load_settings
from streams.connection import admin_client, consumer, producer
from streams.lag import lag_monitor
from streams.processors import health
from streams.processors.health import Watch, serve
from streams.processors.policy import FailureLimit, Failures
from tests.faults.ledger import Ledger
from tests.kafka.cluster import free_ports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pytest

    from streams.config import Settings
    from tests.kafka.cluster import KafkaCluster

WAIT_SECONDS = 120.0
OBEDIENT = ("tests.faults.worker",)


@contextmanager
def worker(
    settings: Settings, log: Path, module: Sequence[str] = OBEDIENT
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker process and stop it in order."""
    environment = os.environ | {
        "HEDGEWIRE_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
        "HEDGEWIRE_TOPIC_PREFIX": settings.topic_prefix,
    }
    with (
        log.open("ab") as output,
        subprocess.Popen(
            [sys.executable, "-m", *module], env=environment, stdout=output, stderr=output
        ) as process,
    ):
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(WAIT_SECONDS)
            finally:
                process.kill()


def publish(settings: Settings, articles: Sequence[Mapping[str, Any]]) -> dict[bytes, bytes | None]:
    """Publish articles and return them by key."""
    records: dict[bytes, bytes | None] = {a["id"].encode(): orjson.dumps(a) for a in articles}
    output = producer(settings)
    for key, value in records.items():
        output.send(settings.topic(topics.ARTICLES), value, key=key)
    output.close()
    return records


def numbered(count: int, **fields: object) -> list[dict[str, object]]:
    return [{"id": f"{n}", "text": f"Acme bought mill {n}."} | fields for n in range(count)]


def read(settings: Settings, published: Mapping[bytes, bytes | None]) -> Ledger:
    """Return what came of the articles, none of them lost."""
    ledger = Ledger()
    ledger.read(settings, published, WAIT_SECONDS)
    assert ledger.lost(published) == set()
    return ledger


def test_a_worker_drains_and_commits_when_it_is_asked_to_stop(
    settings: Settings, tmp_path: Path
) -> None:
    published = publish(settings, numbered(50))
    with worker(settings, tmp_path / "log") as process:
        read(settings, published)
    assert process.returncode == 0
    client = consumer(settings, settings.group("tagger"))
    places = [TopicPartition(settings.topic(topics.ARTICLES), number) for number in range(4)]
    assert sum(client.committed(place) or 0 for place in places) == 50
    client.close()


def test_workers_that_join_while_nothing_is_committed_pass_over_nothing(
    settings: Settings, tmp_path: Path
) -> None:
    published = publish(settings, numbered(2000))
    with ExitStack() as stack:
        workers = []
        for _ in range(3):
            workers.append(stack.enter_context(worker(settings, tmp_path / "log")))
            time.sleep(1)
        read(settings, published)
    # Otherwise one would have noticed, and ended to be started again.
    assert [process.returncode for process in workers] == [0, 0, 0]


def test_a_worker_stops_when_most_records_fail(settings: Settings, tmp_path: Path) -> None:
    published = publish(settings, numbered(100, fault="throw"))
    with worker(settings, tmp_path / "log") as process:
        assert process.wait(WAIT_SECONDS) == 70
    ledger = Ledger()
    ledger.read(settings, published, wait=2)
    assert len(ledger.rejected) < FailureLimit().least
    assert "TooManyFailuresError" in (tmp_path / "log").read_text()


def test_a_few_failures_are_the_records_own() -> None:
    failures = Failures(FailureLimit(share=0.5, window=10, least=4))
    failures.note(failed=True)
    failures.note(failed=True)
    failures.note(failed=True)
    assert not failures.too_many
    failures.note(failed=True)
    assert failures.too_many
    failures.note(failed=False, records=5)
    assert not failures.too_many


def test_nothing_is_committed_over_a_record_whose_event_is_on_its_way(
    settings: Settings, tmp_path: Path
) -> None:
    with closing(admin_client(settings)) as admin:
        admin.delete_topics([settings.topic(topics.REJECTED)])
    place = TopicPartition(settings.topic(topics.ARTICLES), 0)
    good = [orjson.dumps(article) for article in numbered(5)]
    with closing(producer(settings)) as output, worker(settings, tmp_path / "log") as process:
        output.send(place.topic, b"no article", key=b"bad", partition=0)
        output.flush()
        _wait(lambda: "rejected" in (tmp_path / "log").read_text())
        for number, value in enumerate(good):
            output.send(place.topic, value, key=b"%d" % number, partition=0)
            output.flush()
            time.sleep(0.2)
        tagged = follow((topics.TAGGED,), settings, from_beginning=True)
        _wait(lambda: next(tagged) is not None)
        time.sleep(3)  # commits are a second apart
        with closing(consumer(settings, settings.group("tagger"))) as client:
            assert not client.committed(place)
        process.kill()
    topics.create_topics(settings, partitions=4, replication=1)
    with worker(settings, tmp_path / "log"):
        read(settings, {b"bad": b"no article"} | {b"%d" % n: v for n, v in enumerate(good)})


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_handler_that_is_killed_between_batches_costs_no_record(
    settings: Settings, tmp_path: Path
) -> None:
    first = publish(settings, [{"id": "first", "text": "Acme."}])
    with worker(settings, tmp_path / "log") as process:
        read(settings, first)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        handlers = [pid for pid in children if b"spawn_main" in _command(pid)]
        assert len(handlers) == 1
        os.kill(int(handlers[0]), signal.SIGKILL)
        second = publish(settings, [{"id": "second", "text": "Acme."}])
        assert read(settings, first | second).rejected == {}


def _command(pid: str) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def test_an_article_of_900_kilobytes(settings: Settings, tmp_path: Path) -> None:
    large = {"id": "large", "text": "Acme bought a mill. " * 45_000}
    published = publish(settings, [large, *numbered(10)])
    with worker(settings, tmp_path / "log"):
        assert read(settings, published).rejected == {}


def test_a_hot_key_on_64_partitions(kafka_broker: KafkaCluster, tmp_path: Path) -> None:
    settings = load_settings(kafka_broker.bootstrap_servers, topic_prefix="hot.")
    topics.create_topics(settings, partitions=64, replication=1)
    published = publish(settings, numbered(500))
    hot = orjson.dumps({"id": "hot", "text": "Acme."})
    output = producer(settings)
    for _ in range(500):
        output.send(settings.topic(topics.ARTICLES), hot, key=b"hot")
    output.close()
    with worker(settings, tmp_path / "log"), worker(settings, tmp_path / "log"):
        ledger = read(settings, published | {b"hot": hot})
        deadline = time.monotonic() + WAIT_SECONDS
        while ledger.tagged[b"hot"] < 500 and time.monotonic() < deadline:
            ledger = read(settings, published | {b"hot": hot})
        assert ledger.tagged[b"hot"] >= 500


def test_probes_of_a_worker_on_an_empty_topic(settings: Settings, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    module = ("streams", "worker", "spotter", "--serve", str(port))
    with worker(settings, tmp_path / "log", module) as process:
        deadline = time.monotonic() + WAIT_SECONDS
        while (answer := _probe(port)) is None or answer[1]["status"] == "starting":
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert answer == (200, {"status": "ok", "lag": 0})
    assert process.returncode == 0


def test_a_stall_is_told_to_probes_and_ends_the_worker(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "POLL_SECONDS", 0.1)
    publish(settings, numbered(20))
    topic = settings.topic(topics.ARTICLES)
    client = consumer(settings, settings.group("tagger"))
    client.assign([TopicPartition(topic, 0)])
    client.commit({TopicPartition(topic, 0): OffsetAndMetadata(1, "", -1)})
    client.close()
    given_up: list[float] = []
    watch = Watch(
        settings,
        settings.group("tagger"),
        topic,
        mine=lambda: {(topic, 0)},
        busy_since=lambda: None,
        patience=1.0,
        give_up=lambda: given_up.append(time.monotonic()),
    )
    (port,) = free_ports(1)
    serve(watch, CollectorRegistry(), "127.0.0.1", port)
    assert _probe(port) == (200, {"status": "starting"})
    watch.start()
    deadline = time.monotonic() + WAIT_SECONDS
    while not given_up:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    answer = _probe(port)
    assert answer is not None
    status, body = answer
    assert status == 503
    assert body["partitions"] == [f"{topic}[0]"]


def _probe(port: int) -> tuple[int, Any] | None:
    """Return the status and the body of the health endpoint, ``None`` before it listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return answer.status, orjson.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, orjson.loads(error.read())
    except (urllib.error.URLError, TimeoutError):
        return None


def test_publishers_whose_clocks_are_wrong_lose_nothing(settings: Settings, tmp_path: Path) -> None:
    """By their time, the broker would refuse the first and delete the second unread."""
    published: dict[bytes, bytes | None] = {}
    output = producer(settings)
    for article, year in zip(numbered(40), [2099, 1999] * 20, strict=True):
        key, value = str(article["id"]).encode(), orjson.dumps(article)
        published[key] = value
        moment = round(datetime(year, 1, 1, tzinfo=UTC).timestamp() * 1000)
        output.send(settings.topic(topics.ARTICLES), value, key=key, timestamp_ms=moment).get(60)
    output.close()
    with worker(settings, tmp_path / "log"):
        read(settings, published)
    with lag_monitor(settings, [settings.group("tagger")]) as monitor:
        assert [group.lag for group in monitor.poll().groups] == [0]
