"""The clusters that tests share, one start each for a whole test run.

``tests/conftest.py`` imports them. A test that stops a broker starts it again.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.kafka.cluster import KafkaCluster, KafkaUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def cluster_or_skip(brokers: int, **options: Any) -> Iterator[KafkaCluster]:
    """Run a cluster, or skip the test with the reason why this machine cannot.

    ``options`` are those of ``KafkaCluster``.
    """
    try:
        cluster = KafkaCluster(brokers, **options)
    except KafkaUnavailableError as missing:
        pytest.skip(str(missing))
    with cluster:
        yield cluster


@pytest.fixture(scope="session")
def kafka_broker() -> Iterator[KafkaCluster]:
    """One broker of Apache Kafka."""
    with cluster_or_skip(1) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def kafka_cluster() -> Iterator[KafkaCluster]:
    """Three brokers of Apache Kafka that replicate every topic."""
    with cluster_or_skip(3) as cluster:
        yield cluster
