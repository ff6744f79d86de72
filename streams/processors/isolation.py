"""The process in which a handler works, apart from the one that talks to Kafka.

Analysis is bound to the processor for seconds at a time. Here it can neither keep the consumer
from its heartbeats nor, when a record makes it hang or takes all its memory, take the worker
down with it.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from multiprocessing.context import SpawnProcess

    from streams.config import Settings
    from streams.events import Record
    from streams.processors.processor import Outcome, Processor

log = logging.getLogger(__name__)

LOAD_TIMEOUT_SECONDS = 300.0


class HandlerError(Exception):
    """The handler did not give an outcome; ``code`` is the dead letter's ``error``."""

    code = "processor-failed"


class HandlerDiedError(HandlerError):
    """The handler's process ended while it worked: a crash, or no memory left."""

    code = "processor-died"


class HandlerTimeoutError(HandlerError):
    """The handler took too long and was ended."""

    code = "processor-timeout"


class IsolatedHandler:
    """A handler in a process of its own, started again whenever it is lost.

    ``timeout`` bounds the work on one batch, in seconds.
    """

    def __init__(self, processor: Processor, settings: Settings, timeout: float) -> None:
        self._processor = processor
        self._settings = settings
        self._timeout = timeout
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None

    def start(self) -> None:
        """Start the process and wait until the handler is loaded.

        Raises:
            HandlerError: It could not be loaded.
        """
        self._connect()

    async def handle(self, records: Sequence[Record], now: datetime) -> list[Outcome]:
        """Return the outcomes of a batch.

        Raises:
            HandlerError: The handler raised.
            HandlerDiedError: Its process ended.
            HandlerTimeoutError: It took longer than ``timeout``.
        """
        return await asyncio.to_thread(self._exchange, (list(records), now), self._timeout)

    def stop(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._connection is not None:
            self._connection.close()
        self._process = self._connection = None

    def _connect(self) -> Connection:
        if self._connection is None:
            context = multiprocessing.get_context("spawn")
            self._connection, theirs = context.Pipe()
            self._process = context.Process(
                target=_serve,
                args=(theirs, self._processor, self._settings),
                name=f"hedgewire-{self._processor.name}-handler",
                daemon=True,
            )
            self._process.start()
            theirs.close()
            self._receive(LOAD_TIMEOUT_SECONDS)
        return self._connection

    def _exchange(self, batch: tuple[list[Record], datetime], timeout: float) -> list[Outcome]:
        try:
            self._connect().send(batch)
        except OSError as error:
            self.stop()
            raise HandlerDiedError("the handler's process had ended") from error
        return self._receive(timeout)

    def _receive(self, timeout: float) -> list[Outcome]:
        assert self._connection is not None  # noqa: S101 - only called once connected
        assert self._process is not None  # noqa: S101
        try:
            if not self._connection.poll(timeout):
                self.stop()
                raise HandlerTimeoutError(f"no outcome after {timeout:.0f} s")
            answer: list[Outcome] | HandlerError = self._connection.recv()
        except (EOFError, OSError) as error:
            self._process.join(5)
            code = self._process.exitcode
            self.stop()
            raise HandlerDiedError(f"the handler's process ended with {code}") from error
        if isinstance(answer, HandlerError):
            raise answer
        return answer


def _serve(connection: Connection, processor: Processor, settings: Settings) -> None:
    """Answer batches until the other side is gone."""
    # Ctrl-C and a supervisor's SIGTERM reach the whole group; the worker drains, then ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        handler = processor.load(settings)
    except Exception as error:  # noqa: BLE001 - whatever it is, the worker has to hear of it
        connection.send(_described(error))
        return
    connection.send([])
    while True:
        try:
            records, now = connection.recv()
        except EOFError:
            return
        try:
            answer: list[Outcome] | HandlerError = handler(records, now)
            if len(answer) != len(records):
                raise ValueError(f"{len(answer)} outcomes of {len(records)} records")
        except Exception as error:
            log.debug("handler failed", exc_info=True)
            answer = _described(error)
        connection.send(answer)


def _described(error: Exception) -> HandlerError:
    return HandlerError(f"{type(error).__name__}: {error}"[:1000])


def _end_with_parent() -> None:
    """End at once when the worker was killed, even in the middle of a long analysis."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
