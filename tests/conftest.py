"""Fixtures that all tests share."""

from tests.kafka.fixtures import kafka_broker, kafka_cluster

__all__ = ["kafka_broker", "kafka_cluster"]
