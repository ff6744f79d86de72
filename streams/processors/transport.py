"""Faust's transport, made to pass over records of transactions that were not committed.

Faust has no setting for that but a whole ``exactly_once`` mode, which does not hold.
"""

from __future__ import annotations

from typing import Any

from faust.transport.drivers import aiokafka


class _ConsumerThread(aiokafka.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: aiokafka.Transport) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._isolation_level = "read_committed"  # it is read when the consumer starts
        return consumer


class _Consumer(aiokafka.Consumer):
    def _new_consumer_thread(self) -> aiokafka.AIOKafkaConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)


class CommittedTransport(aiokafka.Transport):
    """Kafka, where an article counts as published once its transaction is committed."""

    Consumer = _Consumer
