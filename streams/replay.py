"""Putting dead letters back where they came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kafka import OffsetAndMetadata, TopicPartition

from streams import topics
from streams.client import POLL_MS, received, seek_to_high_watermark
from streams.connection import MAX_RECORD_BYTES, consumer, producer
from streams.processors.rejection import ORIGINAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.config import Settings
    from streams.events import Record

GROUP = "replay"


def replay_rejected(settings: Settings) -> Iterator[str]:
    """Put every dead letter not yet replayed back on its source topic; yield their places.

    Key, value and headers are as first received. What was put back is remembered as the
    committed offsets of a group, after the broker has acknowledged it: a replay that is
    killed may put its last record back twice and loses none. Letters that arrive meanwhile
    wait for the next replay.

    Raises:
        MissingTopicsError: The cluster has no topic of rejected articles.
        BrokerUnreachableError: No broker answered in time.
        KafkaError: The broker does not take a record.
    """
    topics.require(settings, topics.REJECTED)
    sources = {settings.topic(name) for name in (topics.ARTICLES, topics.TAGGED)}
    output = producer(settings)
    letters = consumer(
        settings,
        settings.group(GROUP),
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=MAX_RECORD_BYTES,
    )
    try:
        for partition, record in _outstanding(letters, settings.topic(topics.REJECTED)):
            source = record.header("source.topic")
            if source in sources:
                output.send(
                    source,
                    key=record.key,
                    value=record.value,
                    headers=[
                        (name.removeprefix(ORIGINAL), value)
                        for name, value in record.headers
                        if name.startswith(ORIGINAL)
                    ],
                ).get()
                yield f"{source}@{record.header('source.offset')}"
            letters.commit({partition: OffsetAndMetadata(record.offset + 1, "", -1)})
    finally:
        letters.close()
        output.close()


def _outstanding(letters: Any, topic: str) -> Iterator[tuple[TopicPartition, Record]]:
    """Yield the records from each partition's committed offset to what is its end now."""
    partitions = [TopicPartition(topic, n) for n in sorted(letters.partitions_for_topic(topic))]
    letters.assign(partitions)
    seek_to_high_watermark(letters, partitions)
    ends = {partition: letters.position(partition) for partition in partitions}
    for partition in partitions:
        committed = letters.committed(partition)
        if committed is None:
            letters.seek_to_beginning(partition)
        else:
            letters.seek(partition, committed)
    while any(letters.position(partition) < end for partition, end in ends.items()):
        for partition, messages in letters.poll(timeout_ms=POLL_MS).items():
            for message in messages:
                if message.offset < ends[partition]:
                    yield partition, received(message)
