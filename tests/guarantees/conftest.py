"""Topics of their own for each test, on one broker of Apache Kafka or on three."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from streams import topics
from streams.config import Settings, load_settings

if TYPE_CHECKING:
    from tests.kafka.cluster import KafkaCluster

_runs = itertools.count(1)


@pytest.fixture
def settings(kafka_broker: KafkaCluster) -> Settings:
    """Return the way to fresh topics on one broker."""
    made = load_settings(kafka_broker.bootstrap_servers, topic_prefix=f"guarantee{next(_runs)}.")
    topics.create_topics(made, partitions=4, replication=1)
    return made
