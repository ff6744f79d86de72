"""The requests that a lag monitor makes, many partitions and groups in each.

kafka-python's admin calls raise as a whole when one partition of many is bad. These send the
same requests and keep the answers apart: what failed is a ``Failure`` beside what did not. No
type information ships with kafka-python, hence the ``Any`` at this edge.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, TypeVar

from kafka.errors import (
    KafkaError,
    NoError,
    UnknownBrokerIdError,
    UnknownTopicOrPartitionError,
    for_code,
)
from kafka.future import Future
from kafka.protocol.admin import DescribeGroupsRequest, ListGroupsRequest
from kafka.protocol.consumer import (
    ConsumerProtocolAssignment,
    FetchRequest,
    IsolationLevel,
    ListOffsetsRequest,
    OffsetFetchRequest,
    OffsetSpec,
)
from kafka.protocol.metadata import FindCoordinatorRequest, MetadataRequest

from streams.broker import CLUSTER_ID as EMBEDDED_CLUSTER_ID
from streams.connection import BrokerUnreachableError
from streams.lag.observation import TopicPartition

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

Key = TypeVar("Key")

BEYOND_ANY_END = 2**62

FETCH_WAIT_MS = 10
"""Apache Kafka answers at once; the embedded broker leaves out what it has not read by then."""
LAST_VERSION_WITH_TOPIC_NAMES = 12


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a broker gave no answer, in Kafka's own name for it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A group as brokers list it.

    ``managed``: it has members that Kafka assigns partitions to; others assign themselves some.
    ``members`` is what its state says of them, for groups that cannot be described.
    """

    managed: bool
    members: Members


@dataclass(frozen=True, slots=True)
class Members:
    """The living members of a group.

    ``assigned`` are the partitions that they have; ``None`` where the broker does not tell.
    """

    count: int
    assigned: frozenset[TopicPartition] | None


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the partitions of some topics are led.

    ``leaders`` has every partition that exists, with its leader's node or the reason why there
    is none. ``failures`` has the topics that could not be described; one that does not exist is
    in none of these.
    """

    topic_ids: dict[str, str] = field(default_factory=dict)
    partitions: dict[str, list[TopicPartition]] = field(default_factory=dict)
    leaders: dict[TopicPartition, int | Failure] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a leader returned for one partition from one offset on."""

    high_watermark: int
    records: bytes


class Cluster:
    """A connected ``KafkaAdminClient``, asked in batches."""

    def __init__(self, admin: Any) -> None:
        # kafka-python has no public call that sends one request and returns its whole answer.
        self._connections = admin._manager

    @property
    def cluster_id(self) -> str:
        """The name that the cluster goes by."""
        return str(self._connections.cluster.cluster_id)

    def groups(self) -> tuple[dict[str, Listed], dict[int, Failure]]:
        """Return every group, and the nodes whose groups could not be listed.

        Raises:
            BrokerUnreachableError: No broker answered.
        """
        nodes = [broker.node_id for broker in self._connections.cluster.brokers()]
        found: dict[str, Listed] = {}
        failures: dict[int, Failure] = {}
        for node, _, response in self._send((node, ListGroupsRequest()) for node in nodes):
            if isinstance(response, KafkaError):
                failures[node] = _failure(response)
                continue
            # Groups of other protocols, such as Kafka Connect's, consume nothing.
            found |= {
                each.group_id: _listed(each)
                for each in response.groups
                if each.protocol_type in {"", "consumer"}
            }
        if len(failures) == len(nodes):
            reasons = ", ".join(each.reason for each in failures.values())
            raise BrokerUnreachableError(f"no Kafka broker answers any more: {reasons}")
        return found, failures

    def coordinators(self, groups: Collection[str]) -> dict[str, int | Failure]:
        """Return the node that keeps each group's offsets."""
        request = FindCoordinatorRequest(key_type=0, coordinator_keys=list(groups), min_version=4)
        node = self._connections.least_loaded_node()
        ((_, _, response),) = self._send([(node, request)])
        if isinstance(response, KafkaError):
            return dict.fromkeys(groups, _failure(response))
        return {
            each.key: _failure(for_code(each.error_code)) if each.error_code else each.node_id
            for each in response.coordinators
        }

    def committed(
        self, coordinators: Mapping[str, int]
    ) -> dict[str, dict[TopicPartition, int] | Failure]:
        """Return all committed offsets of each group."""
        group = OffsetFetchRequest.OffsetFetchRequestGroup
        requests = [
            (
                node,
                OffsetFetchRequest(
                    groups=[group(group_id=name, topics=None) for name in names],
                    min_version=8,
                    # Later ones name topics by identifier only.
                    max_version=8,
                ),
            )
            for node, names in _inverted(coordinators).items()
        ]
        found: dict[str, dict[TopicPartition, int] | Failure] = {}
        for _, request, response in self._send(requests):
            if isinstance(response, KafkaError):
                found |= {each.group_id: _failure(response) for each in request.groups}
                continue
            for each in response.groups:
                found[each.group_id] = (
                    _failure(for_code(each.error_code))
                    if each.error_code
                    else {
                        TopicPartition(topic.name, partition.partition_index): (
                            partition.committed_offset
                        )
                        for topic in each.topics
                        for partition in topic.partitions
                        if partition.committed_offset >= 0
                    }
                )
        return found

    def members(self, coordinators: Mapping[str, int]) -> dict[str, Members]:
        """Return the members of each group that the brokers describe.

        They do not describe groups of the protocol of Kafka 4 (KIP-848) to this request, and
        kafka-python does not have the other.
        """
        requests = [
            (node, DescribeGroupsRequest(groups=names, include_authorized_operations=False))
            for node, names in _inverted(coordinators).items()
        ]
        return {
            each.group_id: _members(each)
            for _, _, response in self._send(requests)
            if not isinstance(response, KafkaError)
            for each in response.groups
            if not each.error_code
        }

    def topics(self) -> list[str]:
        """Return the names of all topics but Kafka's own."""
        response = self._metadata(None)
        if isinstance(response, KafkaError):
            return []
        return [each.name for each in response.topics if not each.is_internal]

    def layout(self, topics: Collection[str]) -> Layout:
        """Return the partitions of some topics and who leads them."""
        response = self._metadata(topics)
        layout = Layout()
        if isinstance(response, KafkaError):
            layout.failures.update(dict.fromkeys(topics, _failure(response)))
            return layout
        for topic in response.topics:
            error = for_code(topic.error_code)
            if error not in {NoError, UnknownTopicOrPartitionError}:
                layout.failures[topic.name] = _failure(error)
            layout.topic_ids[topic.name] = str(topic.topic_id)
            layout.partitions[topic.name] = [
                TopicPartition(topic.name, each.partition_index) for each in topic.partitions
            ]
            for each in topic.partitions:
                # Judged by its leader alone: an error here may be about a replica that is down.
                layout.leaders[TopicPartition(topic.name, each.partition_index)] = (
                    each.leader_id if each.leader_id >= 0 else _failure(for_code(each.error_code))
                )
        return layout

    def _metadata(self, topics: Collection[str] | None) -> Any:
        named = MetadataRequest.MetadataRequestTopic
        request = MetadataRequest(
            topics=None if topics is None else [named(name=topic) for topic in topics],
            allow_auto_topic_creation=False,
        )
        ((_, _, response),) = self._send([(self._connections.least_loaded_node(), request)])
        return response

    def starts(self, leaders: Mapping[TopicPartition, int]) -> dict[TopicPartition, int | Failure]:
        """Return the first offset in each log."""
        return self._offsets(leaders, OffsetSpec.EARLIEST)

    def ends(self, leaders: Mapping[TopicPartition, int]) -> dict[TopicPartition, int | Failure]:
        """Return the high watermark of each log."""
        if self.cluster_id != EMBEDDED_CLUSTER_ID:
            return self._offsets(leaders, OffsetSpec.LATEST)
        # The embedded broker's LATEST is the base of the last batch, but it answers a Fetch
        # from beyond the end with the true one.
        fetched = self.fetch(
            leaders,
            [(partition, BEYOND_ANY_END) for partition in leaders],
            partition_bytes=1,
            partitions_per_request=len(leaders),
        )
        return {
            partition: each.high_watermark if isinstance(each, Fetched) else each
            for (partition, _), each in fetched.items()
        }

    def _offsets(
        self, leaders: Mapping[TopicPartition, int], spec: OffsetSpec
    ) -> dict[TopicPartition, int | Failure]:
        topic_of = ListOffsetsRequest.ListOffsetsTopic
        partition_of = topic_of.ListOffsetsPartition
        requests = [
            (
                node,
                ListOffsetsRequest(
                    topics=[
                        topic_of(
                            name=topic,
                            partitions=[
                                partition_of(partition_index=each.partition, timestamp=spec)
                                for each in partitions
                            ],
                        )
                        for topic, partitions in _by_topic(led).items()
                    ]
                ),
            )
            for node, led in _inverted(leaders).items()
        ]
        found: dict[TopicPartition, int | Failure] = {}
        for _, request, response in self._send(requests):
            if isinstance(response, KafkaError):
                found |= {
                    TopicPartition(topic.name, each.partition_index): _failure(response)
                    for topic in request.topics
                    for each in topic.partitions
                }
                continue
            found |= {
                TopicPartition(topic.name, each.partition_index): (
                    _failure(for_code(each.error_code)) if each.error_code else each.offset
                )
                for topic in response.topics
                for each in topic.partitions
            }
        return found

    def fetch(
        self,
        leaders: Mapping[TopicPartition, int],
        offsets: Collection[tuple[TopicPartition, int]],
        partition_bytes: int,
        partitions_per_request: int,
    ) -> dict[tuple[TopicPartition, int], Fetched | Failure]:
        """Read from each of some offsets on, of which a partition may have several.

        A leader returns at most ``partition_bytes`` of a partition, and an empty answer where
        its first batch is larger; of the first partition of a request it always returns a batch.
        """
        by_node: defaultdict[int, list[tuple[TopicPartition, int]]] = defaultdict(list)
        for partition, offset in offsets:
            by_node[leaders[partition]].append((partition, offset))
        requests = [
            (node, _fetch_request(each, partition_bytes))
            for node, wanted in by_node.items()
            for each in _requests_without_repeats(wanted, partitions_per_request)
        ]
        found: dict[tuple[TopicPartition, int], Fetched | Failure] = {}
        for _, request, response in self._send(requests):
            asked = {
                TopicPartition(topic.topic, each.partition): each.fetch_offset
                for topic in request.topics
                for each in topic.partitions
            }
            if isinstance(response, KafkaError):
                found |= dict.fromkeys(asked.items(), _failure(response))
                continue
            for topic in response.responses:
                for each in topic.partitions:
                    partition = TopicPartition(topic.topic, each.partition_index)
                    found[partition, asked[partition]] = (
                        _failure(for_code(each.error_code))
                        if each.error_code
                        else Fetched(each.high_watermark, bytes(each.records or b""))
                    )
        return found

    def _send(self, requests: Iterable[tuple[int, Any]]) -> Iterator[tuple[int, Any, Any]]:
        """Send requests, to all nodes at once and one after another to each.

        Yields the node, the request and the response, or the ``KafkaError`` instead of one.
        """
        by_node: defaultdict[int, list[tuple[int, Any]]] = defaultdict(list)
        for node, request in requests:
            by_node[node].append((node, request))
        for wave in zip_longest(*by_node.values()):
            yield from self._connections.run(self._send_wave, [each for each in wave if each])

    async def _send_wave(self, wave: list[tuple[int, Any]]) -> list[tuple[int, Any, Any]]:
        pending = [(node, request, self._start(node, request)) for node, request in wave]
        answers = []
        for node, request, future in pending:
            try:
                answers.append((node, request, await future))
            except KafkaError as error:
                answers.append((node, request, error))
        return answers

    def _start(self, node: int, request: Any) -> Any:
        try:
            return self._connections.send(request, node_id=node)
        except UnknownBrokerIdError as error:
            # A broker that joined since kafka-python last looked; it is known by the next poll.
            self._connections.cluster.request_update()
            return Future().failure(error)
        except KafkaError as error:
            return Future().failure(error)


def _failure(error: KafkaError | type[KafkaError]) -> Failure:
    name: str | None = getattr(error, "message", None)
    return Failure(name or str(error))


def _listed(group: Any) -> Listed:
    living = group.group_state not in {"Empty", "Dead"}
    return Listed(group.protocol_type == "consumer", Members(int(living), None))


def _members(group: Any) -> Members:
    # The embedded broker leaves assignments empty, and so does a group between assignments.
    decoded = [
        ConsumerProtocolAssignment.decode(member.member_assignment)
        for member in group.members
        if member.member_assignment
    ]
    assigned = frozenset(
        TopicPartition(topic, partition)
        for each in decoded
        for topic, partition in each.partitions()
    )
    return Members(len(group.members), assigned if decoded else None)


def _fetch_request(offsets: Mapping[TopicPartition, int], partition_bytes: int) -> Any:
    topic_of = FetchRequest.FetchTopic
    partition_of = topic_of.FetchPartition
    return FetchRequest(
        max_wait_ms=FETCH_WAIT_MS,
        min_bytes=1,
        max_bytes=max(1, partition_bytes * len(offsets)),
        # Aborted records too: which isolation a group reads with is not known.
        isolation_level=IsolationLevel.READ_UNCOMMITTED,
        session_id=0,
        session_epoch=-1,
        topics=[
            topic_of(
                topic=topic,
                partitions=[
                    partition_of(
                        partition=each.partition,
                        fetch_offset=offsets[each],
                        partition_max_bytes=partition_bytes,
                    )
                    for each in partitions
                ],
            )
            for topic, partitions in _by_topic(offsets).items()
        ],
        max_version=LAST_VERSION_WITH_TOPIC_NAMES,
    )


def _requests_without_repeats(
    offsets: Iterable[tuple[TopicPartition, int]], size: int
) -> list[dict[TopicPartition, int]]:
    """Spread offsets over requests of at most ``size`` that name no partition twice."""
    requests: list[dict[TopicPartition, int]] = []
    turns: Counter[TopicPartition] = Counter()
    layers: defaultdict[int, list[tuple[TopicPartition, int]]] = defaultdict(list)
    for partition, offset in offsets:
        layers[turns[partition]].append((partition, offset))
        turns[partition] += 1
    for layer in layers.values():
        requests += [dict(layer[at : at + size]) for at in range(0, len(layer), size)]
    return requests


def _inverted(nodes: Mapping[Key, int]) -> dict[int, list[Key]]:
    inverted: defaultdict[int, list[Key]] = defaultdict(list)
    for key, node in nodes.items():
        inverted[node].append(key)
    return inverted


def _by_topic(partitions: Iterable[TopicPartition]) -> dict[str, list[TopicPartition]]:
    grouped: defaultdict[str, list[TopicPartition]] = defaultdict(list)
    for each in partitions:
        grouped[each.topic].append(each)
    return grouped
