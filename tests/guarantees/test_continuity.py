"""A stream that passes over records is noticed, and a gap in the log itself is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from kafka import OffsetAndMetadata, TopicPartition

from streams import topics
from streams.connection import consumer, producer
from streams.events import Record
from streams.processors.continuity import Continuity, SkippedError

if TYPE_CHECKING:
    from streams.config import Settings

GROUP = "continuity"


def publish(settings: Settings, count: int, **options: object) -> None:
    output = producer(settings, **options)
    if options:
        output.init_transactions()
        output.begin_transaction()
    for _ in range(count):
        output.send(settings.topic(topics.ARTICLES), b"{}", partition=0)
    if options:
        output.commit_transaction()
    output.close()


def commit(settings: Settings, offset: int) -> None:
    client = consumer(settings, settings.group(GROUP))
    place = TopicPartition(settings.topic(topics.ARTICLES), 0)
    client.assign([place])
    client.commit({place: OffsetAndMetadata(offset, "", -1)})
    client.close()


def records(settings: Settings, *offsets: int) -> list[Record]:
    topic = settings.topic(topics.ARTICLES)
    return [Record(topic, 0, offset, 0, None, b"{}") for offset in offsets]


@pytest.fixture
def continuity(settings: Settings) -> Continuity:
    return Continuity(settings, settings.group(GROUP))


def check(continuity: Continuity, read: list[Record]) -> None:
    continuity.check(continuity.advance(read))


def test_records_in_order_and_again(settings: Settings, continuity: Continuity) -> None:
    publish(settings, 6)
    check(continuity, records(settings, 0, 1, 2))
    check(continuity, records(settings, 1, 2, 3))
    check(continuity, records(settings, 4, 5))


def test_a_skipped_record_is_noticed(settings: Settings, continuity: Continuity) -> None:
    publish(settings, 6)
    check(continuity, records(settings, 0, 1))
    with pytest.raises(SkippedError, match=r"@2 to 3"):
        check(continuity, records(settings, 4))


def test_so_it_is_at_the_beginning(settings: Settings, continuity: Continuity) -> None:
    publish(settings, 6)
    with pytest.raises(SkippedError, match=r"@0 to 1"):
        check(continuity, records(settings, 2))
    commit(settings, 3)
    with pytest.raises(SkippedError, match=r"@3 to 4"):
        check(continuity, records(settings, 5))


def test_what_is_committed_is_not_missed(settings: Settings, continuity: Continuity) -> None:
    publish(settings, 6)
    check(continuity, records(settings, 0))
    commit(settings, 4)
    check(continuity, records(settings, 4, 5))


def test_gaps_of_transactions_are_in_the_log(settings: Settings, continuity: Continuity) -> None:
    for number in range(2):
        publish(settings, 2, transactional_id=f"{settings.topic_prefix}{number}")
    check(continuity, records(settings, 0, 1, 3, 4))  # 2 and 5 say that a transaction ended
    with pytest.raises(SkippedError, match=r"@3 to 3"):
        check(Continuity(settings, settings.group(GROUP)), records(settings, 0, 1, 4))
