"""How hard a worker tries, and when it gives up: the delivery policy, as data."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field


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

    ``batch_records`` are handled at once, or those that came within ``batch_wait``. A handler
    that takes longer than ``batch_timeout`` over a batch is ended. An event that the broker does
    not take is sent again, at first after ``first_retry`` and at most ``longest_retry`` apart,
    until ``delivery_deadline``; then the worker ends without committing.
    """

    batch_records: int = 64
    batch_wait: float = 0.05
    batch_timeout: float = 60.0
    first_retry: float = 0.1
    longest_retry: float = 5.0
    delivery_deadline: float = 120.0
    failures: FailureLimit = field(default_factory=FailureLimit)


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
