"""Limits on the lag, for scripts and probes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from streams.lag.evaluation import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.lag.evaluation import GroupVerdict
    from streams.lag.monitor import Report


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a group may be behind: records over all partitions, seconds for the oldest.

    ``None`` is no limit.
    """

    lag: int | None = None
    seconds: float | None = None

    def violations(self, report: Report) -> Iterator[str]:
        """Yield a sentence for each limit that is exceeded, or cannot be shown to hold."""
        if not report.verdicts:
            yield "there is no consumer group to check"
        for name, reason in report.failures.items():
            yield f"{name}: its offsets could not be read: {reason}"
        for group in report.groups:
            yield from self._violations_of(group)

    def _violations_of(self, group: GroupVerdict) -> Iterator[str]:
        unread = sum(each.status is Status.ERROR for each in group.partitions)
        if unread:
            yield f"{group.group}: the lag of {unread} partitions could not be read"
        if self.lag is not None and group.lag > self.lag:
            yield f"{group.group}: {group.lag} records behind, more than {self.lag}"
        if self.seconds is None:
            return
        if group.seconds is not None and group.seconds > self.seconds:
            yield f"{group.group}: {group.seconds:.1f} s behind, more than {self.seconds:g}"
        untimed = sum(
            each.seconds is None and bool(each.observation.lag) for each in group.partitions
        )
        if untimed:
            yield f"{group.group}: the age of records on {untimed} partitions is not known"
