"""What is known of one group on one partition at one moment, and the lag that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class TopicPartition(NamedTuple):
    """A partition of a topic."""

    topic: str
    partition: int


@dataclass(frozen=True, slots=True)
class Observation:
    """A group's standing on a partition as the brokers told it.

    Attributes:
        group: The consumer group.
        topic: The topic.
        partition: The partition's number.
        committed: The offset that the group will read next; ``None`` before its first commit.
        start: The first offset still in the log. Where ``committed`` equals ``end`` it is not
            asked for.
        end: The high watermark, the offset that the next record will get; ``None`` where it
            could not be read.
        oldest: When the oldest unprocessed record was made, in seconds since the epoch, by the
            clock of its producer (or of the broker, for topics with ``LogAppendTime``).
        drained: Nothing that a consumer would be given is left, though ``end`` is not reached:
            the rest is control records of transactions, or was compacted away.
        managed: The group has members that Kafka assigns partitions to. Others assign
            themselves partitions, and only their commits show that they live.
        active: A living member of the group has this partition.
        gone: The topic or the partition was deleted.
        error: Why a figure could not be read.
    """

    group: str
    topic: str
    partition: int
    committed: int | None
    start: int | None = None
    end: int | None = None
    oldest: float | None = None
    drained: bool = False
    managed: bool = True
    active: bool = False
    gone: bool = False
    error: str | None = None

    @property
    def where(self) -> TopicPartition:
        """The partition."""
        return TopicPartition(self.topic, self.partition)

    @property
    def lost(self) -> bool:
        """Whether the committed offset is no longer in the log.

        Records were deleted before the group read them, or the log was cut back or made anew.
        """
        if self.committed is None or self.end is None:
            return False
        return self.committed > self.end or self.committed < (self.start or 0)

    @property
    def position(self) -> int | None:
        """The offset that a consumer of the group would begin at, the log start by default.

        Outside the log Kafka follows ``auto.offset.reset``, which is not known here;
        ``earliest`` is what loses nothing.
        """
        if self.committed is None or self.lost:
            return self.start
        return self.committed

    @property
    def lag(self) -> int | None:
        """How many offsets are left to process; ``None`` where it cannot be known.

        Markers of transactions and compacted records before the last record count, as they do
        for Kafka's own tools.
        """
        if self.end is None or self.position is None:
            return None
        return 0 if self.drained else self.end - self.position

    def seconds(self, now: float) -> float | None:
        """Return the age of the oldest unprocessed record, 0 where there is none.

        Args:
            now: Seconds since the epoch. A producer's clock that runs ahead gives 0.
        """
        if self.lag == 0:
            return 0.0
        return None if self.oldest is None else max(0.0, now - self.oldest)
