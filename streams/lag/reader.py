"""Reading where every group stands: which requests, in which order, and what follows from them.

Committed offsets are asked for first and log ends after, so that a lag is never negative. A poll
costs one batch of requests to each broker for every step, whatever the number of groups:

1. the groups, their committed offsets and members, and who leads the partitions;
2. the ends of all partitions, and the starts of those where a group is not at the end;
3. of those, the oldest record that is left, by a Fetch at the group's position.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeVar

from streams.lag.observation import Observation, TopicPartition
from streams.lag.protocol import Cluster, Failure, Fetched, Layout, Members
from streams.lag.records import Found, first_record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

Key = TypeVar("Key")
Answer = TypeVar("Answer")

EVERYTHING = ("*",)

SHARED_BYTES = 32 * 1024
"""Of each partition in a shared request; a producer's batch has 16 KiB by default."""
SHARED_PARTITIONS = 500
"""In a request, so that no response is larger than 16 MiB."""
MAX_FETCHES = 20
"""For one record; every further one follows a stretch of control records."""

Place = tuple[TopicPartition, int]
"""An offset of a partition."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one poll of the cluster of that identifier learned.

    ``failures`` says of which groups the offsets could not be read, and why.
    """

    cluster: str
    observations: tuple[Observation, ...]
    failures: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Head:
    """The log's end, and the time of the first record at or after a place, if one is known.

    ``drained`` says that there is none.
    """

    end: int
    oldest: float | None
    drained: bool = False


class LagReader:
    """Polls one cluster; keeps what it read of records that nobody has processed since."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._oldest: dict[tuple[str, Place], float | None] = {}

    def read(
        self, groups: Sequence[str] = EVERYTHING, topics: Sequence[str] = EVERYTHING
    ) -> Reading:
        """Read where all groups stand on all topics whose names match one of the patterns.

        Patterns are those of a shell: ``*``, ``?`` and ``[…]``.

        Raises:
            BrokerUnreachableError: No broker answered. A part that fails is reported in its place.
        """
        listed, silent = self._cluster.groups()
        failures = {f"the groups of broker {node}": each.reason for node, each in silent.items()}
        listed = {name: each for name, each in listed.items() if _matches(name, groups)}
        if not listed:
            return Reading(self._cluster.cluster_id, (), failures)
        coordinators, lost = _split(self._cluster.coordinators(listed))
        committed, unread = _split(self._cluster.committed(coordinators))
        members = self._cluster.members(coordinators)
        stakes = [
            _Stake(group, offsets, members.get(group, listed[group].members), listed[group].managed)
            for group, offsets in committed.items()
        ]
        wanted = {topic for stake in stakes for topic in stake.topics if _matches(topic, topics)}
        layout = self._cluster.layout(wanted)
        observations = [
            observation for stake in stakes for observation in _observations(stake, wanted, layout)
        ]
        failures |= {group: each.reason for group, each in (lost | unread).items()}
        return Reading(
            self._cluster.cluster_id, tuple(self._measured(observations, layout)), failures
        )

    def ends(self) -> dict[TopicPartition, int]:
        """Return the end of every partition that can be read, of all topics but Kafka's own."""
        leaders, _ = _split(self._cluster.layout(self._cluster.topics()).leaders)
        ends, _ = _split(self._cluster.ends(leaders))
        return ends

    def _measured(self, observations: list[Observation], layout: Layout) -> list[Observation]:
        leaders = {
            each.where: leader
            for each in observations
            if isinstance(leader := layout.leaders.get(each.where), int)
        }
        ends = self._cluster.ends(leaders)
        behind = {
            each.where
            for each in observations
            if each.committed is None or each.committed != ends.get(each.where)
        }
        starts = self._cluster.starts(
            {where: leader for where, leader in leaders.items() if where in behind}
        )
        placed = [
            _placed(each, starts.get(each.where), ends.get(each.where)) for each in observations
        ]
        heads = self._heads(
            {
                (each.where, each.position): each.end
                for each in placed
                if each.end is not None and each.position is not None and each.position < each.end
            },
            leaders,
            layout.topic_ids,
        )
        latest: defaultdict[TopicPartition, int] = defaultdict(int)
        for (where, _), head in heads.items():
            if isinstance(head, _Head):
                latest[where] = max(latest[where], head.end)
        return [_with_head(each, heads, latest[each.where]) for each in placed]

    def _heads(
        self,
        places: Mapping[Place, int],
        leaders: Mapping[TopicPartition, int],
        topic_ids: Mapping[str, str],
    ) -> dict[Place, _Head | Failure]:
        """Find the first record at or after each place, which comes with the log's end."""
        heads: dict[Place, _Head | Failure] = {}
        for place, end in places.items():
            # Nobody processed it since the last poll, so that it need not be read again.
            key = (topic_ids[place[0].topic], place)
            if key in self._oldest:
                heads[place] = _Head(end, self._oldest[key])
        heads |= self._fetched([place for place in places if place not in heads], leaders)
        self._oldest = {
            (topic_ids[place[0].topic], place): head.oldest
            for place, head in heads.items()
            if isinstance(head, _Head) and head.oldest is not None
        }
        return heads

    def _fetched(
        self, places: Collection[Place], leaders: Mapping[TopicPartition, int]
    ) -> dict[Place, _Head | Failure]:
        heads: dict[Place, _Head | Failure] = {}
        reading_at = {place: place[1] for place in places}
        too_large: set[Place] = set()
        for _ in range(MAX_FETCHES):
            if not reading_at:
                break
            answers = self._fetch_batch(reading_at, too_large, leaders)
            for place, offset in list(reading_at.items()):
                answer = answers.get((place[0], offset), Failure("no answer"))
                found = _head(answer, offset)
                if not isinstance(found, int):
                    heads[place] = found
                    del reading_at[place]
                elif found == offset:
                    too_large.add(place)
                else:
                    reading_at[place] = found
        return heads | dict.fromkeys(reading_at, Failure("no record found"))

    def _fetch_batch(
        self,
        reading_at: Mapping[Place, int],
        too_large: Collection[Place],
        leaders: Mapping[TopicPartition, int],
    ) -> dict[Place, Fetched | Failure]:
        shared = {(p[0], at) for p, at in reading_at.items() if p not in too_large}
        alone = {(p[0], at) for p, at in reading_at.items() if p in too_large}
        return self._cluster.fetch(leaders, shared, SHARED_BYTES, SHARED_PARTITIONS) | (
            self._cluster.fetch(leaders, alone, partition_bytes=1, partitions_per_request=1)
        )


@dataclass(frozen=True, slots=True)
class _Stake:
    """What a group says of the partitions that are its own."""

    group: str
    committed: Mapping[TopicPartition, int]
    members: Members
    managed: bool

    @property
    def topics(self) -> set[str]:
        return {each.topic for each in (*self.committed, *(self.members.assigned or ()))}


def _observations(stake: _Stake, topics: Collection[str], layout: Layout) -> Iterator[Observation]:
    """List a group's partitions: committed, assigned, and the rest of a subscribed topic."""
    assigned = stake.members.assigned
    named = {*stake.committed, *(assigned or ())}
    if stake.managed:
        named.update(each for topic in stake.topics for each in layout.partitions.get(topic, ()))
    for where in sorted(each for each in named if each.topic in topics):
        failure = layout.failures.get(where.topic)
        leader = layout.leaders.get(where)
        if isinstance(leader, Failure):
            failure = leader
        yield Observation(
            stake.group,
            where.topic,
            where.partition,
            stake.committed.get(where),
            managed=stake.managed,
            active=stake.members.count > 0 and (assigned is None or where in assigned),
            gone=failure is None and leader is None,
            error=failure.reason if failure else None,
        )


def _placed(
    observation: Observation, start: int | Failure | None, end: int | Failure | None
) -> Observation:
    if isinstance(start, Failure):
        return replace(observation, error=start.reason)
    if isinstance(end, Failure):
        return replace(observation, error=end.reason)
    return replace(observation, start=start, end=end)


def _head(answer: Fetched | Failure, offset: int) -> _Head | Failure | int:
    """Judge what came back from an offset, or say from which offset to read on.

    The same offset again means that the first batch there did not fit into the response.
    """
    if isinstance(answer, Failure):
        return answer
    end = answer.high_watermark
    found = first_record(answer.records, offset)
    if isinstance(found, Found):
        return _Head(end, found.timestamp)
    if found.next_offset >= end:
        return _Head(end, None, drained=True)
    return found.next_offset


def _with_head(
    observation: Observation, heads: Mapping[Place, _Head | Failure], latest: int
) -> Observation:
    """Add what the log had at the group's position.

    ``latest`` is the newest end seen, so that all groups on a partition are measured to the
    same one.
    """
    position = observation.position
    head = None if position is None else heads.get((observation.where, position))
    if isinstance(head, _Head):
        return replace(
            observation,
            end=latest,
            oldest=head.oldest,
            drained=head.drained and head.end == latest,
        )
    if isinstance(head, Failure):
        return replace(observation, error=head.reason)
    if observation.end is not None:
        return replace(observation, end=max(observation.end, latest))
    return observation


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _split(
    answers: Mapping[Key, Answer | Failure],
) -> tuple[dict[Key, Answer], dict[Key, Failure]]:
    """Part what was answered from what failed."""
    answered = {key: each for key, each in answers.items() if not isinstance(each, Failure)}
    failed = {key: each for key, each in answers.items() if isinstance(each, Failure)}
    return answered, failed
