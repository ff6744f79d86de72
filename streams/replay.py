"""Putting dead letters back where they came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from kafka import OffsetAndMetadata, TopicPartition
from kafka.errors import KafkaError, ProducerFencedError

from streams import topics
from streams.client import POLL_MS, received, seek_to_high_watermark
from streams.connection import MAX_RECORD_BYTES, connecting, consumer, producer
from streams.processors.rejection import ORIGINAL

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from streams.config import Settings
    from streams.events import Record

GROUP = "replay"
TRANSACTION_LETTERS = 100
TRANSACTION_TIMEOUT_MS = 15_000
"""How long what a killed replay has left open may hold up those who read the source topics."""

METADATA_BYTES = 4000
"""What fits beside a committed offset: a broker takes 4096 bytes by default."""


class ReplayError(RuntimeError):
    """The replay stopped before its end; the message says why. What was put back stays so."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which dead letters to put back. Times are when the letter was written, ``until`` excluded."""

    errors: Collection[str] = ()
    processors: Collection[str] = ()
    since: datetime | None = None
    until: datetime | None = None

    def takes(self, letter: Record) -> bool:
        """Whether a dead letter is meant; an empty collection means any."""
        written = datetime.fromtimestamp(letter.timestamp / 1000, UTC)
        return (
            (not self.errors or letter.header("error") in self.errors)
            and (not self.processors or letter.header("processor") in self.processors)
            and (self.since is None or written >= self.since)
            and (self.until is None or written < self.until)
        )


@dataclass(frozen=True, slots=True)
class Done:
    """Which letters of a partition are dealt with: those below ``offset`` and some ``beyond``.

    ``beyond`` goes into the metadata of the committed offset as ranges: ``12-19,23``.
    """

    offset: int
    beyond: frozenset[int] = field(default_factory=frozenset)

    @classmethod
    def parse(cls, offset: int, metadata: str) -> Done:
        """Read it back from a committed offset and its metadata."""
        ranges = [part.partition("-") for part in metadata.split(",") if part]
        return cls(
            offset,
            frozenset(n for a, _, b in ranges for n in range(int(a), int(b or a) + 1)),
        )

    @property
    def metadata(self) -> str:
        """The offsets beyond as ranges."""
        runs = [
            [offset for _, offset in run]
            for _, run in groupby(enumerate(sorted(self.beyond)), lambda item: item[1] - item[0])
        ]
        return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)

    def __contains__(self, offset: int) -> bool:
        return offset < self.offset or offset in self.beyond

    def plus(self, offsets: Iterable[int]) -> Done:
        """Return it with more letters dealt with."""
        beyond = self.beyond.union(offsets)
        lowest = self.offset
        while lowest in beyond:
            lowest += 1
        return Done(lowest, frozenset(offset for offset in beyond if offset > lowest))


def outstanding(settings: Settings, selection: Selection = Selection()) -> Iterator[Record]:
    """Yield the selected dead letters that are not put back yet, and put none back.

    Raises:
        MissingTopicsError: The cluster has no topic of rejected articles.
        BrokerUnreachableError: No broker answered in time.
    """
    topics.require(settings, topics.REJECTED)
    with _Letters(settings) as letters:
        for batch in letters.batches():
            yield from (letter for letter in batch if selection.takes(letter))


def replay_rejected(settings: Settings, selection: Selection = Selection()) -> Iterator[Record]:
    """Put the selected dead letters back on their source topics; yield each that is.

    Key, value and headers are as first received. Letters and the memory of their replay go out
    in one transaction: a replay that is killed at any moment loses none, and puts none back twice
    for those who read committed records only, as the workers do. A second replay at the same time
    ends the first. Letters that arrive meanwhile wait for the next replay.

    Raises:
        MissingTopicsError: The cluster has no topic of rejected articles.
        BrokerUnreachableError: No broker answered in time.
        ReplayError: Another replay has begun, or the broker does not take a record.
    """
    topics.require(settings, topics.REJECTED)
    group = settings.group(GROUP)
    output = producer(
        settings, transactional_id=group, transaction_timeout_ms=TRANSACTION_TIMEOUT_MS
    )
    try:
        with connecting(settings):
            # Before the offsets are read: it ends what an earlier replay has left open.
            output.init_transactions()
        with _Letters(settings) as letters:
            for batch in letters.batches():
                chosen = [letter for letter in batch if selection.takes(letter)]
                for start in range(0, len(chosen), TRANSACTION_LETTERS):
                    part = chosen[start : start + TRANSACTION_LETTERS]
                    offsets = letters.deal_with(part)
                    _put_back(output, part, offsets, group)
                    yield from part
    finally:
        output.close()


def _put_back(
    output: Any, letters: list[Record], offsets: dict[Any, OffsetAndMetadata], group: str
) -> None:
    try:
        output.begin_transaction()
        for letter in letters:
            output.send(
                letter.header("source.topic"),
                key=letter.key,
                value=letter.value,
                headers=[
                    (name.removeprefix(ORIGINAL), value)
                    for name, value in letter.headers
                    if name.startswith(ORIGINAL)
                ],
            )
        output.send_offsets_to_transaction(offsets, group)
        output.commit_transaction()
    except ProducerFencedError as error:
        raise ReplayError("another replay has begun and goes on from here") from error
    except KafkaError as error:
        output.abort_transaction()
        raise ReplayError(f"the broker does not take a record: {error}") from error


class _Letters:
    """The dead letters of a cluster that are not dealt with, up to what is their end now."""

    def __init__(self, settings: Settings) -> None:
        topic = settings.topic(topics.REJECTED)
        self._sources = {settings.topic(name) for name in (topics.ARTICLES, topics.TAGGED)}
        self._client = consumer(
            settings,
            settings.group(GROUP),
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=MAX_RECORD_BYTES,
        )
        self._partitions = [
            TopicPartition(topic, number)
            for number in sorted(self._client.partitions_for_topic(topic))
        ]
        self._done: dict[int, Done] = {}

    def __enter__(self) -> _Letters:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def batches(self) -> Iterator[list[Record]]:
        """Yield the letters as they are read, without those that are not this cluster's."""
        client = self._client
        client.assign(self._partitions)
        seek_to_high_watermark(client, self._partitions)
        ends = {partition: client.position(partition) for partition in self._partitions}
        for partition in self._partitions:
            committed = client.committed(partition, metadata=True)
            if committed is None:
                client.seek_to_beginning(partition)
                self._done[partition.partition] = Done(client.position(partition))
            else:
                client.seek(partition, committed.offset)
                self._done[partition.partition] = Done.parse(
                    committed.offset, committed.metadata or ""
                )
        while any(client.position(partition) < end for partition, end in ends.items()):
            for partition, messages in client.poll(timeout_ms=POLL_MS).items():
                yield [
                    letter
                    for letter in map(received, messages)
                    if letter.offset < ends[partition]
                    and letter.offset not in self._done[letter.partition]
                    and letter.header("source.topic") in self._sources
                ]

    def deal_with(self, letters: list[Record]) -> dict[Any, OffsetAndMetadata]:
        """Count letters of one partition as dealt with; return what to commit for that.

        Raises:
            ReplayError: There are more gaps than a commit can describe.
        """
        number = letters[0].partition
        done = self._done[number].plus(letter.offset for letter in letters)
        if len(done.metadata) > METADATA_BYTES:
            raise ReplayError(
                "the letters already put back lie too scattered among the others to be "
                "remembered; replay the others first, with a wider selection"
            )
        self._done[number] = done
        partition = TopicPartition(letters[0].topic, number)
        return {partition: OffsetAndMetadata(done.offset, done.metadata, -1)}
