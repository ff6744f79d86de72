"""Watching: poll after poll, each judged over the window of those before it."""

from __future__ import annotations

import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streams.connection import admin_client
from streams.lag.evaluation import GroupVerdict, Window, by_group, evaluate
from streams.lag.protocol import Cluster
from streams.lag.reader import EVERYTHING, LagReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from streams.config import Settings
    from streams.lag.evaluation import Verdict
    from streams.lag.observation import TopicPartition


@dataclass(frozen=True, slots=True)
class Report:
    """The state of all groups of a cluster after a poll at ``time`` (seconds since the epoch).

    ``failures`` says of which groups the offsets could not be read, and why.
    """

    cluster: str
    time: float
    verdicts: tuple[Verdict, ...]
    failures: dict[str, str]

    @property
    def groups(self) -> list[GroupVerdict]:
        """The verdicts summed up by group."""
        return by_group(self.verdicts)


class LagMonitor:
    """Polls a reader and remembers the window of each group and partition.

    Args:
        reader: Of the cluster.
        clock: Seconds since the epoch, of a clock that agrees with the producers'.
        groups: Patterns of names, as a shell has them.
        topics: The same for topics.
    """

    def __init__(
        self,
        reader: LagReader,
        clock: Callable[[], float],
        groups: Sequence[str] = EVERYTHING,
        topics: Sequence[str] = EVERYTHING,
    ) -> None:
        self._reader = reader
        self._clock = clock
        self._groups = groups
        self._topics = topics
        self._windows: dict[tuple[str, TopicPartition], Window] = {}

    def poll(self) -> Report:
        """Read and judge once more.

        Raises:
            BrokerUnreachableError: No broker answered; the windows are as they were.
        """
        reading = self._reader.read(self._groups, self._topics)
        now = self._clock()
        # Only what is still there is kept, so that groups which come and go leave nothing.
        self._windows = {
            (each.group, each.where): self._windows.get((each.group, each.where), Window()).seen(
                each, now
            )
            for each in reading.observations
        }
        verdicts = tuple(
            evaluate(each, self._windows[each.group, each.where], now)
            for each in reading.observations
        )
        return Report(reading.cluster, now, verdicts, reading.failures)

    def ends(self) -> dict[TopicPartition, int]:
        """Return the end of every partition of every topic, whether a group reads it or not."""
        return self._reader.ends()


@contextmanager
def lag_monitor(
    settings: Settings,
    groups: Sequence[str] = EVERYTHING,
    topics: Sequence[str] = EVERYTHING,
) -> Iterator[LagMonitor]:
    """Connect to a cluster and watch the groups whose names match one of the patterns.

    Raises:
        BrokerUnreachableError: No broker answered in time.
    """
    with closing(admin_client(settings)) as admin:
        yield LagMonitor(LagReader(Cluster(admin)), time.time, groups, topics)
