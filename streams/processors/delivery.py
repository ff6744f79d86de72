"""At-least-once delivery on Faust: no offset is committed before its events are safe.

Faust acknowledges a record when control returns to its stream, and commits acknowledged offsets
whatever became of the sends. So records are acknowledged here, in order, each once the broker has
acknowledged every event made from it, dead letters included; and where that cannot be, the
process ends instead. The records are then read again by whoever takes over the partition.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, NoReturn, cast

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
    from collections.abc import Awaitable, Callable, Iterator, Sequence

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


class _Leaving(NamedTuple):
    """A batch whose events are on their way to the broker."""

    events: list[EventT[bytes]]
    delivery: asyncio.Task[None]


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
        """Process the stream for as long as it lasts.

        Records are handled a batch at a time, and the events of one batch leave while the next is
        handled. What a record takes is judged by the last batch.
        """
        stream = cast("Stream[bytes]", stream.noack())
        came: asyncio.Queue[EventT[bytes] | None] = asyncio.Queue(self._policy.batch_records)
        leaving: asyncio.Queue[_Leaving | None] = asyncio.Queue(self._policy.batches_leaving)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_read(stream, came))
            tasks.create_task(self._acknowledge(stream, leaving))
            each = self._policy.batch_seconds
            while events := await self._batch(came, each):
                records = [_record(event) for event in events]
                now = datetime.now(UTC)
                self.busy_since = time.monotonic()
                with self._ending():
                    if gaps := self._continuity.advance(records):
                        await asyncio.to_thread(self._continuity.check, gaps)
                    outcomes = await self._outcomes(records, now)
                analysis = time.monotonic() - self.busy_since
                self.busy_since = None
                each = analysis / len(events)
                delivery = tasks.create_task(self._deliver_all(records, outcomes, now, analysis))
                await leaving.put(_Leaving(events, delivery))
            await leaving.put(None)

    async def _batch(
        self, came: asyncio.Queue[EventT[bytes] | None], seconds_each: float
    ) -> list[EventT[bytes]]:
        """Return events of a queue, waiting for one; none when there will be no more."""
        batch = [await came.get()]
        size = self._policy.batch_size(1 + came.qsize(), seconds_each)
        while batch[-1] is not None and len(batch) < size:
            batch.append(came.get_nowait())
        return [event for event in batch if event is not None]

    async def _acknowledge(
        self, stream: Stream[bytes], leaving: asyncio.Queue[_Leaving | None]
    ) -> None:
        """Acknowledge records whose events are delivered, in the order in which they came.

        In another order Faust would commit over one that is not acknowledged.
        """
        while batch := await leaving.get():
            with self._ending():
                await batch.delivery
            for event in batch.events:
                await stream.ack(event)

    @contextmanager
    def _ending(self) -> Iterator[None]:
        """End the process when what is inside fails, whatever it is.

        Were Faust to get control back instead, it would commit what it took for done.
        """
        try:
            yield
        except BaseException:
            log.exception("%s: a batch is not delivered; ending uncommitted", self._name)
            end_now()

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


async def _read(stream: Stream[bytes], came: asyncio.Queue[EventT[bytes] | None]) -> None:
    """Put the events of a stream into a queue, and ``None`` after the last."""
    async for event in stream.events():
        await came.put(event)
    await came.put(None)


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
