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
import resource
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


class LoadError(Exception):
    """The handler cannot be loaded, which is no record's fault."""


class IsolatedHandler:
    """A handler in a process of its own, started again whenever it is lost.

    ``memory`` is the most that the process may take, in bytes.
    """

    def __init__(self, processor: Processor, settings: Settings, memory: int) -> None:
        self._processor = processor
        self._settings = settings
        self._memory = memory
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None

    def start(self) -> None:
        """Start the process and wait until the handler is loaded.

        Raises:
            LoadError: It could not be.
        """
        self._connect()

    async def handle(
        self, records: Sequence[Record], now: datetime, patience: float
    ) -> list[Outcome]:
        """Return the outcomes of a batch, which may take ``patience`` seconds.

        Raises:
            HandlerError: The handler raised.
            HandlerDiedError: Its process ended.
            HandlerTimeoutError: It took longer than that.
            LoadError: It had to be started again and could not be loaded.
        """
        return await asyncio.to_thread(self._exchange, (list(records), now), patience)

    def stop(self) -> None:
        """End the process; the next batch has a new one."""
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
                args=(theirs, self._processor, self._settings, self._memory),
                name=f"hedgewire-{self._processor.name}-handler",
                daemon=True,
            )
            self._process.start()
            theirs.close()
            try:
                self._receive(LOAD_TIMEOUT_SECONDS)
            except HandlerError as error:
                raise LoadError(f"{self._processor.name}: {error}") from error
        return self._connection

    def _exchange(self, batch: tuple[list[Record], datetime], timeout: float) -> list[Outcome]:
        try:
            self._connect().send(batch)
        except OSError:
            # It ended before it was given the batch, which therefore cannot be why.
            self.stop()
            self._connect().send(batch)
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


def _serve(connection: Connection, processor: Processor, settings: Settings, memory: int) -> None:
    """Answer batches until the other side is gone."""
    # Ctrl-C and a supervisor's SIGTERM reach the whole group; the worker drains, then ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # A record that asks for too much is refused here. The system's own killer might take the
    # worker instead, or all of its container.
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if most == resource.RLIM_INFINITY or memory < most:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, most))
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
            outcomes = handler(records, now)
            if len(outcomes) != len(records):
                raise ValueError(f"{len(outcomes)} outcomes of {len(records)} records")
        except Exception as error:
            log.debug("handler failed", exc_info=True)
            connection.send(_described(error))
        else:
            connection.send(outcomes)


def _described(error: Exception) -> HandlerError:
    return HandlerError(f"{type(error).__name__}: {error}"[:1000])


def _end_with_parent() -> None:
    """End at once when the worker was killed, even in the middle of a long analysis."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
