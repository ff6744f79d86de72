"""At-least-once delivery on Faust: no offset is committed before its events are safe.

Faust acknowledges an event when control returns to its stream, and commits acknowledged
offsets whatever became of the sends. So the loop here never gives control back before every
event of the batch, dead letters included, is acknowledged by the broker; and where that cannot
be, it ends the process instead of returning. The records of the batch are then read again by
whoever takes over the partition.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn, cast

from aiokafka.errors import MessageSizeTooLargeError, RecordListTooLargeError
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_not_exception_type,
    wait_exponential_jitter,
)

from streams.events import Event, Record
from streams.processors.isolation import HandlerError, IsolatedHandler
from streams.processors.policy import Failures, Policy
from streams.processors.processor import Outcome, Rejection
from streams.processors.rejection import rejected_event

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from faust import Stream
    from faust.types import EventT

    from streams.processors.continuity import Continuity
    from streams.processors.metrics import WorkerMetrics

log = logging.getLogger(__name__)

EXIT_UNDELIVERED = 70  # EX_SOFTWARE in sysexits.h; the supervisor starts the worker again


class TooLargeError(Exception):
    """An event is larger than its topic takes, now and at every other attempt."""


class TooManyFailuresError(Exception):
    """Most records make their handler fail, so the fault is not theirs."""


class Delivery:
    """Carries the records of one topic through a handler, and its events to their topics.

    ``send`` makes one attempt at an event and returns when every replica has it.
    """

    def __init__(
        self,
        name: str,
        handler: IsolatedHandler,
        send: Callable[[Event], Awaitable[None]],
        *,
        continuity: Continuity,
        policy: Policy,
        metrics: WorkerMetrics,
    ) -> None:
        self._name = name
        self._handler = handler
        self._attempt = send
        self._continuity = continuity
        self._policy = policy
        self._metrics = metrics
        self._failures = Failures(policy.failures)
        self.busy_since: float | None = None
        """When the batch in hand was taken, by ``time.monotonic``; ``None`` when there is none."""

    async def run(self, stream: Stream[bytes]) -> None:
        """Process the stream, a batch at a time, for as long as it lasts."""
        batches = stream.take_events(self._policy.batch_records, within=self._policy.batch_wait)
        async for batch in batches:
            self.busy_since = time.monotonic()
            try:
                await self._process([_record(event) for event in batch])
            except BaseException:
                # Whatever it is: were the stream to get control back, it would commit.
                log.exception("%s: a batch is not delivered; ending uncommitted", self._name)
                end_now()
            self.busy_since = None

    async def _process(self, records: Sequence[Record]) -> None:
        """Handle a batch part by part; the events of one part leave while the next is handled."""
        await asyncio.to_thread(self._continuity.check, records)
        now = datetime.now(UTC)
        size = self._policy.handled_records
        async with asyncio.TaskGroup() as deliveries:
            for start in range(0, len(records), size):
                part = records[start : start + size]
                started = time.monotonic()
                outcomes = await self._outcomes(part, now)
                analysis = time.monotonic() - started
                deliveries.create_task(self._deliver_all(part, outcomes, now, analysis))

    async def _deliver_all(
        self, records: Sequence[Record], outcomes: Sequence[Outcome], now: datetime, analysis: float
    ) -> None:
        started = time.monotonic()
        # The client's own timeouts do not bound every way in which it can wait.
        async with asyncio.timeout(self._policy.delivery_deadline):
            outcomes = await asyncio.gather(
                *(
                    self._deliver(record, outcome, now)
                    for record, outcome in zip(records, outcomes, strict=True)
                )
            )
        self._metrics.batch_delivered(
            records,
            outcomes,
            analysis=analysis,
            delivery=time.monotonic() - started,
            now=time.time(),
        )

    async def _outcomes(self, records: Sequence[Record], now: datetime) -> list[Outcome]:
        """Handle records; where that fails, each alone, so that one cannot fail the rest."""
        try:
            outcomes = await self._handle(records, now)
        except HandlerError as error:
            log.warning("%s: a batch of %d failed (%s)", self._name, len(records), error)
            # What the old process holds may be spoilt, or be all the memory there is.
            self._handler.stop()
            return [await self._outcome(record, now) for record in records]
        self._failures.note(failed=False, records=len(records))
        return outcomes

    async def _outcome(self, record: Record, now: datetime) -> Outcome:
        try:
            (outcome,) = await self._handle([record], now)
        except HandlerError as error:
            self._failures.note(failed=True)
            if self._failures.too_many:
                raise TooManyFailuresError(f"the last one: {error}") from error
            return Rejection(error.code, str(error))
        self._failures.note(failed=False)
        return outcome

    async def _handle(self, records: Sequence[Record], now: datetime) -> list[Outcome]:
        try:
            return await self._handler.handle(records, now, self._policy.timeout(records))
        except HandlerError:
            self._metrics.handler_failed()
            raise

    async def _deliver(self, record: Record, outcome: Outcome, now: datetime) -> Outcome:
        """Send the events of a record, or its dead letter, and wait until the broker has them.

        Returns the outcome, which changes where the broker takes no event of that size.
        """
        if not isinstance(outcome, Rejection):
            try:
                await asyncio.gather(*(self._send(event) for event in outcome.events))
                return outcome
            except TooLargeError as error:
                outcome = Rejection("undeliverable", str(error))
        place = f"{record.topic}[{record.partition}]@{record.offset}"
        log.warning("%s: rejected %s: %s: %s", self._name, place, outcome.code, outcome.message)
        await self._send(rejected_event(record, outcome, self._name, now))
        return outcome

    async def _send(self, event: Event) -> None:
        try:
            await self._try(event)
        except TooLargeError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the event has to arrive
            log.warning("%s: delivery failed, trying again: %r", self._name, error)
            await self._try_again(event)

    async def _try_again(self, event: Event) -> None:
        await asyncio.sleep(self._policy.first_retry)
        retrying = AsyncRetrying(
            retry=retry_if_not_exception_type((TooLargeError, asyncio.CancelledError)),
            wait=wait_exponential_jitter(
                initial=self._policy.first_retry, max=self._policy.longest_retry
            ),
            before_sleep=self._log_retry,
            reraise=True,
        )
        await retrying(self._try, event)

    async def _try(self, event: Event) -> None:
        try:
            await self._attempt(event)
        except Exception as error:
            if _is_too_large(error):
                raise TooLargeError(f"{event.topic}: {error}") from error
            raise

    def _log_retry(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        log.warning("%s: delivery failed, trying again: %r", self._name, error)


def _record(event: EventT[bytes]) -> Record:
    message = event.message
    headers = cast("list[tuple[str, bytes | None]]", message.headers or [])
    return Record(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp=round(message.timestamp * 1000),
        key=message.key,
        value=message.value,
        headers=tuple((name, value or b"") for name, value in headers),
    )


def _is_too_large(error: BaseException | None) -> bool:
    """Whether the broker or the client refuses the size, however Faust has wrapped that."""
    while error is not None:
        if isinstance(error, (MessageSizeTooLargeError, RecordListTooLargeError)):
            return True
        error = error.__cause__
    return False


def end_now() -> NoReturn:
    """End the process without committing what is in hand, which is then read again."""
    logging.shutdown()
    os._exit(EXIT_UNDELIVERED)
