"""How hard a worker tries, and when it gives up: the delivery policy, as data."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.events import Record


@dataclass(frozen=True, slots=True)
class FailureLimit:
    """When failing records are no longer the records' fault.

    A worker stops once more than ``share`` of the last ``window`` records made their handler
    fail, though not before ``least`` have been seen. Records that are malformed do not count:
    that they are rejected says nothing about the worker.
    """

    share: float = 0.5
    window: int = 200
    least: int = 20


@dataclass(frozen=True, slots=True)
class Policy:
    """What a worker does about records and brokers that fail. Times are in seconds.

    As many records are handled at once as should take ``batch_seconds``, so that none waits long
    for the others. The more wait, the more of them are, and all, up to ``batch_records``, where
    ``behind_records`` do: a worker that is behind gains by that. A handler that takes longer than
    ``batch_timeout``, and ``megabyte_timeout`` more for each million bytes, is ended; one that asks
    for more memory than ``memory`` bytes does not get it, where the system counts that. Behind the
    batch whose events the broker has yet to take, up to ``batches_leaving`` wait. An event that it
    does not take is sent again, at first after ``first_retry`` and at most ``longest_retry`` apart,
    until ``delivery_deadline``; then the worker ends without committing. So it does when it has no
    batch in hand, or short ones, and yet a partition with records to process has not moved for
    ``patience``.
    """

    batch_records: int = 64
    batch_seconds: float = 0.1
    behind_records: int = 32
    batches_leaving: int = 1
    batch_timeout: float = 60.0
    megabyte_timeout: float = 180.0
    memory: int = 2 * 1024**3
    first_retry: float = 0.1
    longest_retry: float = 5.0
    delivery_deadline: float = 120.0
    patience: float = 180.0
    failures: FailureLimit = field(default_factory=FailureLimit)

    def batch_size(self, waiting: int, seconds_each: float) -> int:
        """Return how many of the records that wait are handled at once, given what one takes."""
        in_time = int(self.batch_seconds / seconds_each)
        behind = waiting * waiting // self.behind_records
        return min(waiting, self.batch_records, max(1, in_time, behind))

    def timeout(self, records: Sequence[Record]) -> float:
        """Return how long a handler may take over a batch, in seconds."""
        size = sum(len(record.value or b"") for record in records)
        return self.batch_timeout + self.megabyte_timeout * size / 1e6


class Failures:
    """Counts which of the last records made their handler fail."""

    def __init__(self, limit: FailureLimit) -> None:
        self._limit = limit
        self._last: deque[bool] = deque(maxlen=limit.window)

    def note(self, *, failed: bool, records: int = 1) -> None:
        """Add records that were handled."""
        self._last.extend([failed] * records)

    @property
    def too_many(self) -> bool:
        """Whether the limit is passed."""
        seen = len(self._last)
        return seen >= self._limit.least and sum(self._last) > self._limit.share * seen
