"""The contract tests run unchanged on the embedded broker and on Apache Kafka."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from streams import topics
from streams.broker import EmbeddedBroker
from streams.config import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

_runs = itertools.count(1)


@pytest.fixture(scope="session")
def embedded_broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as broker:
        yield broker


@pytest.fixture(params=["embedded_broker", "kafka_broker"])
def settings(request: pytest.FixtureRequest) -> Settings:
    """Return the way to fresh topics, with a prefix of their own, on each of the brokers."""
    broker = request.getfixturevalue(request.param)
    made = load_settings(broker.bootstrap_servers, topic_prefix=f"run{next(_runs)}.")
    topics.create_topics(made, partitions=3, replication=1)
    return made
