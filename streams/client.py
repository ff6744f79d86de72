"""A small client to publish articles and to subscribe to what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

import orjson
from kafka import OffsetAndMetadata, TopicPartition
from kafka.errors import KafkaError

from streams import topics
from streams.article import Article
from streams.connection import MAX_RECORD_BYTES, consumer, producer
from streams.events import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import TracebackType

    from streams.config import Settings

Stream = Literal["articles", "tagged", "hedged", "claims", "rejected"]

TOPIC_OF: Mapping[Stream, str] = {
    "articles": topics.ARTICLES,
    "tagged": topics.TAGGED,
    "hedged": topics.HEDGED,
    "claims": topics.CLAIMS,
    "rejected": topics.REJECTED,
}

POLL_MS = 250


class DeliveryError(RuntimeError):
    """The broker did not take an article; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A promise of delivery; ``wait`` until the broker has the article on every replica."""

    article_id: str
    _future: Any

    def wait(self, timeout: float = 120.0) -> None:
        """Return once the article is stored.

        Raises:
            DeliveryError: It was not within ``timeout`` seconds, or never will be.
        """
        try:
            self._future.get(timeout)
        except KafkaError as error:
            raise DeliveryError(f"{self.article_id}: {error}") from error


class Publisher:
    """Publishes articles; leaving the context waits until all are delivered.

    Raises:
        MissingTopicsError: The cluster has no topic for articles.
        BrokerUnreachableError: No broker answered in time.
    """

    def __init__(self, settings: Settings) -> None:
        topics.require(settings, topics.ARTICLES)
        self._topic = settings.topic(topics.ARTICLES)
        self._producer = producer(settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._producer.flush()
        self._producer.close()

    def publish(self, article: Article | Mapping[str, Any]) -> Receipt:
        """Send an article, without waiting for its delivery.

        Raises:
            MalformedError: It does not keep the article schema.
            DeliveryError: It cannot be sent at all.
        """
        if not isinstance(article, Article):
            article = Article.parse(orjson.dumps(article))
        try:
            future = self._producer.send(
                self._topic,
                key=article.id.encode(),
                value=article.raw,
                headers=[("content-type", b"application/json")],
            )
        except KafkaError as error:
            raise DeliveryError(f"{article.id}: {error}") from error
        return Receipt(article.id, future)


def subscribe(
    stream: Stream,
    settings: Settings,
    *,
    group: str | None = None,
    from_beginning: bool = False,
) -> Iterator[Record | None]:
    """Follow a stream for ever: its records as they arrive, ``None`` whenever none has.

    Without ``group`` every caller gets every record, beginning with the next one or, with
    ``from_beginning``, with the oldest. Members of a group share the records; a record counts as
    handled, and is committed, when the one after it is asked for. Delivery is at least once:
    events that are the same have the same ``ce_id``.

    Raises:
        MissingTopicsError: The cluster has no such topic.
        BrokerUnreachableError: No broker answered in time.
    """
    return follow((TOPIC_OF[stream],), settings, group=group, from_beginning=from_beginning)


def follow(
    names: Sequence[str],
    settings: Settings,
    *,
    group: str | None = None,
    from_beginning: bool = False,
) -> Iterator[Record | None]:
    """Follow several topics at once, named without prefix, as ``subscribe`` does one."""
    topics.require(settings, *names)
    subscribed = [settings.topic(name) for name in names]
    handled: dict[TopicPartition, OffsetAndMetadata] = {}
    client = consumer(
        settings,
        group,
        auto_offset_reset="earliest" if from_beginning or group else "latest",
        max_partition_fetch_bytes=MAX_RECORD_BYTES,
    )
    try:
        if group:
            client.subscribe(subscribed)
        else:
            assigned = [
                TopicPartition(topic, number)
                for topic in subscribed
                for number in sorted(client.partitions_for_topic(topic))
            ]
            client.assign(assigned)
            if from_beginning:
                client.seek_to_beginning(*assigned)
            else:
                seek_to_high_watermark(client, assigned)
        while True:
            batches = client.poll(timeout_ms=POLL_MS)
            for partition, messages in batches.items():
                for message in messages:
                    yield received(message)
                    handled[partition] = OffsetAndMetadata(message.offset + 1, "", -1)
            if not batches:
                yield None
            if group and handled:
                client.commit(handled)
                handled.clear()
    finally:
        if group and handled:
            client.commit(handled)
        client.close()


def seek_to_high_watermark(client: Any, partitions: list[Any]) -> None:
    """Move to the end of partitions by the high watermark, which the embedded broker has right."""
    client.seek_to_end(*partitions)
    waiting = set(partitions)
    while waiting:
        client.poll(timeout_ms=POLL_MS, update_offsets=False)
        for partition in list(waiting):
            end = client.highwater(partition)
            if end is not None:
                client.seek(partition, end)
                waiting.discard(partition)


def received(message: Any) -> Record:
    """Return a record of kafka-python's as the project's own."""
    return Record(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp=message.timestamp,
        key=message.key,
        value=message.value,
        headers=tuple((name, value or b"") for name, value in message.headers),
    )
