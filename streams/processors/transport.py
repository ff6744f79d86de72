"""Faust's transport, mended in three places.

It passes over records of transactions that were not committed; Faust has no setting for that but
a whole ``exactly_once`` mode, which does not hold.

After a rebalance it goes back to the beginning of partitions where nothing is committed yet.
aiokafka 0.14 leaves those at their position, so that records which were fetched and thrown away
during the rebalance never came again, and were committed over.

It never waits long. Where Faust holds back the partitions that it has read ahead of, it sleeps a
second or waits as long for others, and the stream may run dry meanwhile; and aiokafka asks a
broker for nothing else while a request there waits for records of an idle partition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from faust.transport.drivers import aiokafka

if TYPE_CHECKING:
    from collections.abc import Mapping


WAIT_SECONDS = 0.05
"""How long Faust waits where there is nothing to read."""
FETCH_SECONDS = 0.02
"""How long a broker may hold back its answer while it has no records. The embedded broker answers
after about half of that at the earliest, even if some come. Half as long would cost an idle worker
nearly twice the processor time."""


class _ConsumerThread(aiokafka.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: aiokafka.Transport) -> Any:
        consumer = super()._create_worker_consumer(transport)
        # They are read when the consumer starts.
        consumer._isolation_level = "read_committed"
        consumer._fetch_max_wait_ms = round(FETCH_SECONDS * 1000)
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
    async def _wait_next_records(
        self,
        timeout: float,  # noqa: ASYNC109 - Faust's name
    ) -> tuple[Any, Any]:
        if self.flow_active and not self._get_active_partitions():
            await self.sleep(WAIT_SECONDS)
            return {}, set()
        found: tuple[Any, Any] = await super()._wait_next_records(min(timeout, WAIT_SECONDS))
        return found

    def _new_consumer_thread(self) -> aiokafka.AIOKafkaConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)


class CommittedTransport(aiokafka.Transport):
    """Kafka, where an article counts as published once its transaction is committed."""

    Consumer = _Consumer
