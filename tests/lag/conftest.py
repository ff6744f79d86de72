"""Clusters and clients for the tests of the lag monitor."""

from __future__ import annotations

import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.errors import CoordinatorNotAvailableError, NoError, NotCoordinatorError
from kafka.structs import OffsetAndMetadata

from streams.broker import EmbeddedBroker
from streams.config import Settings
from streams.lag import Observation, lag_monitor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.kafka.cluster import KafkaCluster


@dataclass
class Stage:
    """A broker with one topic of its own, to set up what a monitor should see."""

    servers: str
    admin: Any
    topic: str = field(default_factory=lambda: f"topic-{uuid4().hex[:8]}")

    @property
    def settings(self) -> Settings:
        return Settings(bootstrap_servers=self.servers)

    def create(self, partitions: int = 1, replicas: int = 1, **configs: str) -> None:
        # Settings have dots where Python has underscores.
        topic_configs = {name.replace("_", "."): value for name, value in configs.items()}
        self.admin.create_topics(
            [NewTopic(self.topic, partitions, replicas, topic_configs=topic_configs)]
        )

    def publish(self, *values: bytes, partition: int = 0, **options: Any) -> None:
        """Write records, in one batch where they fit."""
        with closing(
            KafkaProducer(bootstrap_servers=self.servers.split(","), linger_ms=100, **options)
        ) as producer:
            sent = [producer.send(self.topic, value, partition=partition) for value in values]
            for each in sent:
                each.get(timeout=30)

    def commit(self, group: str, offsets: Mapping[int, int]) -> None:
        wanted = {
            TopicPartition(self.topic, partition): OffsetAndMetadata(offset, "", -1)
            for partition, offset in offsets.items()
        }
        deadline = time.monotonic() + 30
        # The first commit of a cluster waits for its offsets topic.
        while not self._committed(group, wanted):
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def _committed(self, group: str, offsets: Any) -> bool:
        try:
            errors = self.admin.alter_group_offsets(group, offsets)
        except (CoordinatorNotAvailableError, NotCoordinatorError):
            return False
        return all(error is NoError for error in errors.values())

    @contextmanager
    def joined(self, group: str) -> Iterator[Any]:
        """Have a consumer with all partitions, that commits when told to."""
        with closing(
            KafkaConsumer(
                self.topic,
                bootstrap_servers=self.servers,
                group_id=group,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                # The first join of the embedded broker waits for as long as this.
                session_timeout_ms=6000,
                heartbeat_interval_ms=200,
            )
        ) as consumer:
            deadline = time.monotonic() + 30
            while not consumer.assignment():
                assert time.monotonic() < deadline
                consumer.poll(timeout_ms=200)
            yield consumer

    def observe(self, group: str = "*") -> list[Observation]:
        """Return what a monitor reads of this topic."""
        with lag_monitor(self.settings, [group], [self.topic]) as monitor:
            return [verdict.observation for verdict in monitor.poll().verdicts]


@pytest.fixture(scope="session")
def embedded_broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as broker:
        yield broker


@pytest.fixture(params=["embedded", "apache"])
def any_stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Set a stage on each kind of broker."""
    fixture = "embedded_broker" if request.param == "embedded" else "kafka_broker"
    servers = request.getfixturevalue(fixture).bootstrap_servers
    with closing(KafkaAdminClient(bootstrap_servers=servers)) as admin:
        yield Stage(servers, admin)


@pytest.fixture
def stage(kafka_broker: KafkaCluster) -> Iterator[Stage]:
    """Set a stage on Apache Kafka, for what the embedded broker does not do."""
    servers = kafka_broker.bootstrap_servers
    with closing(KafkaAdminClient(bootstrap_servers=servers)) as admin:
        yield Stage(servers, admin)
