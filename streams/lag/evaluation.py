"""How a group is doing on a partition, judged over its last commits.

The rules are those of Burrow (https://github.com/linkedin/Burrow/wiki/Consumer-Lag-Evaluation-Rules):
a number of records says nothing by itself, but whether the group moves, and whether it gains,
does. They look at a window of commits, each with the lag that it left. Burrow reads the commits
themselves from Kafka's internal topic; here a poll sees one where the committed offset has
changed, and takes a living member that has the partition, or a lag of zero, for a commit of the
same offset. So no right to read internal topics is needed, and a consumer that lives without
getting on (STALL) is told from one that is gone (STOP).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from streams.lag.observation import Observation

WINDOW = 10
"""Polls before trends are judged, and commits that are kept; Burrow's default."""


class Status(Enum):
    """A verdict, from the best to the worst."""

    OK = "OK"
    """Nothing is left, or the group gains on it."""
    UNKNOWN = "UNKNOWN"
    """Something is left, and too few polls to say whether the group gains on it."""
    WARN = "WARN"
    """The group moves, but falls behind or just keeps its distance."""
    STALL = "STALL"
    """The group lives, but its offset does not move while records wait."""
    STOP = "STOP"
    """The group no longer commits while records wait."""
    REWIND = "REWIND"
    """The group went back to an earlier offset and has not caught up since."""
    LOST = "LOST"
    """The committed offset is not in the log: records were deleted before the group read them."""
    GONE = "GONE"
    """The topic or the partition that the group committed on was deleted."""
    ERROR = "ERROR"
    """The lag could not be read."""

    @property
    def severity(self) -> int:
        """The rank of the verdict, 0 for the best."""
        return _SEVERITY[self]


_SEVERITY = {status: rank for rank, status in enumerate(Status)}


@dataclass(frozen=True, slots=True)
class Commit:
    """A committed offset, when it was seen (seconds), and the log's end at that moment.

    Before a group's first commit the offset is the one that it will begin at.
    """

    time: float
    offset: int
    end: int

    @property
    def lag(self) -> int:
        """The records that the commit left to do."""
        return self.end - self.offset


@dataclass(frozen=True, slots=True)
class Window:
    """The last commits of a group on a partition, the newest last, and how often it was polled."""

    commits: tuple[Commit, ...] = ()
    polls: int = 0

    def seen(self, observation: Observation, now: float) -> Window:
        """Return the window after one more poll, made at ``now`` (seconds)."""
        polls = self.polls + 1
        if observation.position is None or observation.lag is None:
            return replace(self, polls=polls)
        commit = Commit(now, observation.position, observation.position + observation.lag)
        silent = (
            bool(self.commits)
            and commit.offset == self.commits[-1].offset
            and commit.lag > 0
            and not observation.active
        )
        return Window(self.commits if silent else (*self.commits, commit)[-WINDOW:], polls)


@dataclass(frozen=True, slots=True)
class Pace:
    """Records a second over the window: what the group took, and what was added to the log."""

    consumed: float
    produced: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """An observation with what the window before it says.

    Attributes:
        observation: What was read.
        status: The verdict.
        seconds: Age of the oldest unprocessed record; ``None`` where unknown.
        pace: ``None`` before a second poll.
        catch_up: Seconds until nothing is left at this pace, infinite where the group does not
            gain; ``None`` where unknown, and where the lag of a group that keeps up just varies.
    """

    observation: Observation
    status: Status
    seconds: float | None
    pace: Pace | None
    catch_up: float | None


def evaluate(observation: Observation, window: Window, now: float) -> Verdict:
    """Judge what was read at ``now`` by a window that has seen it already."""
    status = judge(observation, window, now)
    pace = measure_pace(observation, window, now)
    catch_up = time_to_catch_up(observation.lag, pace)
    if status is Status.OK and catch_up == math.inf:
        catch_up = None
    return Verdict(observation, status, observation.seconds(now), pace, catch_up)


def judge(observation: Observation, window: Window, now: float) -> Status:
    """Apply the rules in order; the first that holds decides.

    Facts need one poll, trends a full window. Before it is full, a group without members has
    stopped if it was so at the first look, or since for longer than it was seen to commit.
    """
    plain = judge_reading(observation)
    if plain is not None:
        return plain
    if is_rewound(window.commits):
        return Status.REWIND
    if window.polls < WINDOW:
        memberless = observation.managed and not observation.active
        stopped = window.polls == 1 or is_stopped(window.commits, now)
        return Status.STOP if memberless and stopped else Status.UNKNOWN
    return judge_trend(window.commits, now)


def judge_reading(observation: Observation) -> Status | None:
    """Judge what one poll says by itself; ``None`` where records wait, which says nothing yet."""
    if observation.gone:
        return Status.GONE
    if observation.lag is None:
        return Status.ERROR
    if observation.lost:
        return Status.LOST
    return Status.OK if observation.lag == 0 else None


def judge_trend(commits: Sequence[Commit], now: float) -> Status:
    """Judge a full window of a group that has records waiting.

    Where the lag was zero at some point of the window, the group keeps up well enough.
    """
    if is_stopped(commits, now):
        return Status.STOP
    if any(commit.lag == 0 for commit in commits):
        return Status.OK
    if is_stalled(commits):
        return Status.STALL
    return Status.WARN if is_falling_behind(commits) else Status.OK


def is_rewound(commits: Sequence[Commit]) -> bool:
    """Tell whether an offset is lower than the one before, with no lag of zero after it.

    Burrow waits until lags of zero before the rewind have left the window; here it shows at once.
    """
    rewound = False
    for earlier, later in pairwise(commits):
        rewound = (rewound or later.offset < earlier.offset) and later.lag > 0
    return rewound


def is_stopped(commits: Sequence[Commit], now: float) -> bool:
    """Tell whether the silence since the last commit is longer than the commits lasted."""
    return now - commits[-1].time > commits[-1].time - commits[0].time


def is_stalled(commits: Sequence[Commit]) -> bool:
    """Tell whether all commits are of the same offset, with records waiting."""
    return all(commit.offset == commits[0].offset and commit.lag > 0 for commit in commits)


def is_falling_behind(commits: Sequence[Commit]) -> bool:
    """Tell whether no commit left less to do than the one before it."""
    return all(later.lag >= earlier.lag for earlier, later in pairwise(commits))


def measure_pace(observation: Observation, window: Window, now: float) -> Pace | None:
    """Return the rates from the first commit of the window to now."""
    if not window.commits or observation.position is None or observation.end is None:
        return None
    first = window.commits[0]
    elapsed = now - first.time
    if elapsed <= 0:
        return None
    # An offset that was set back, or a log that was made anew, is not a negative rate.
    return Pace(
        consumed=max(0, observation.position - first.offset) / elapsed,
        produced=max(0, observation.end - first.end) / elapsed,
    )


def time_to_catch_up(lag: int | None, pace: Pace | None) -> float | None:
    """Return the seconds until a lag is worked off, infinite where it does not shrink."""
    if lag == 0:
        return 0.0
    if lag is None or pace is None:
        return None
    gain = pace.consumed - pace.produced
    return lag / gain if gain > 0 else math.inf


@dataclass(frozen=True, slots=True)
class GroupVerdict:
    """A group over all its partitions.

    Attributes:
        group: The group.
        partitions: Their verdicts, in the order given.
        status: That of the worst partition.
        lag: The sum of what is known.
        seconds: The age of the oldest unprocessed record of all; ``None`` where none is known.
        catch_up: Seconds until the last partition has caught up; ``None`` where one is unknown.
    """

    group: str
    partitions: tuple[Verdict, ...]
    status: Status
    lag: int
    seconds: float | None
    catch_up: float | None


def by_group(verdicts: Iterable[Verdict]) -> list[GroupVerdict]:
    """Sum the verdicts up by group, in the order of their first appearance."""
    groups: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        groups.setdefault(verdict.observation.group, []).append(verdict)
    return [
        GroupVerdict(
            group,
            tuple(partitions),
            max((each.status for each in partitions), key=lambda each: each.severity),
            sum(each.observation.lag or 0 for each in partitions),
            max((each.seconds for each in partitions if each.seconds is not None), default=None),
            _slowest([each.catch_up for each in partitions]),
        )
        for group, partitions in groups.items()
    ]


def _slowest(times: Sequence[float | None]) -> float | None:
    known = [each for each in times if each is not None]
    return max(known) if len(known) == len(times) else None
