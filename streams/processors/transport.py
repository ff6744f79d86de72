"""Faust's transport, mended in two places.

It passes over records of transactions that were not committed; Faust has no setting for that but
a whole ``exactly_once`` mode, which does not hold.

After a rebalance it goes back to the beginning of partitions where nothing is committed yet.
aiokafka 0.14 leaves those at their position, so that records which were fetched and thrown away
during the rebalance never came again, and were committed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from faust.transport.drivers import aiokafka

if TYPE_CHECKING:
    from collections.abc import Mapping


class _ConsumerThread(aiokafka.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: aiokafka.Transport) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._isolation_level = "read_committed"  # it is read when the consumer starts
        return consumer

    async def seek_to_committed(self) -> Mapping[Any, int]:
        return cast("Mapping[Any, int]", await self.call_thread(self._seek_to_committed))

    async def _seek_to_committed(self) -> Mapping[Any, int | None]:
        consumer = self._ensure_consumer()
        committed: Mapping[Any, int | None] = await consumer.seek_to_committed()
        untouched = [partition for partition, offset in committed.items() if not offset]
        if untouched:
            await consumer.seek_to_beginning(*untouched)
        return committed


class _Consumer(aiokafka.Consumer):
    def _new_consumer_thread(self) -> aiokafka.AIOKafkaConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)


class CommittedTransport(aiokafka.Transport):
    """Kafka, where an article counts as published once its transaction is committed."""

    Consumer = _Consumer
