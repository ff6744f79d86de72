"""Following topics from a little before their end, without a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kafka import TopicPartition

from streams import topics
from streams.client import POLL_MS, received, seek_to_high_watermark
from streams.connection import MAX_RECORD_BYTES, consumer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from streams.config import Settings
    from streams.events import Record


def tail(names: Sequence[str], settings: Settings, recent: int) -> Iterator[Record | None]:
    """Follow topics, named without prefix; ``None`` whenever no record has come.

    Begins with the newest records of each topic, about ``recent`` in all, as many from each
    partition. It joins no group and commits nothing, so that nobody notices.

    Raises:
        MissingTopicsError: The cluster has no such topic.
        BrokerUnreachableError: No broker answered in time.
    """
    topics.require(settings, *names)
    client = consumer(
        settings, auto_offset_reset="earliest", max_partition_fetch_bytes=MAX_RECORD_BYTES
    )
    try:
        shares = {
            TopicPartition(topic, number): -(-recent // len(numbers))
            for topic in map(settings.topic, names)
            for numbers in (client.partitions_for_topic(topic),)
            for number in sorted(numbers)
        }
        client.assign(list(shares))
        seek_to_high_watermark(client, list(shares))
        ends = {partition: client.position(partition) for partition in shares}
        client.seek_to_beginning(*shares)
        for partition, share in shares.items():
            client.seek(partition, max(client.position(partition), ends[partition] - share))
        while True:
            batches = client.poll(timeout_ms=POLL_MS)
            for messages in batches.values():
                yield from map(received, messages)
            if not batches:
                yield None
    finally:
        client.close()
