"""Worker processes under a simple supervisor that starts again those that end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import TracebackType

TAGGER = ("streams", "worker", "tagger")
STOP_TIMEOUT_SECONDS = 150.0


class Fleet:
    """Some workers of the same command, as a context manager.

    Args:
        module: What follows ``python -m``.
        environment: Variables over those of this process.
        log: What the workers write goes there.
    """

    def __init__(
        self, module: Sequence[str], environment: Mapping[str, str], log: IO[bytes]
    ) -> None:
        self._command = [sys.executable, "-m", *module]
        self._environment = os.environ | dict(environment)
        self._log = log
        self._size = 0
        self.workers: list[subprocess.Popen[bytes]] = []
        self.restarts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.scale(0)

    def scale(self, size: int) -> None:
        """Start workers, or stop the surplus in order and wait for their end."""
        self._size = size
        surplus, self.workers = self.workers[size:], self.workers[:size]
        for worker in surplus:
            worker.send_signal(signal.SIGTERM)
        for worker in surplus:
            try:
                worker.wait(STOP_TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
        self.tend()

    def tend(self) -> None:
        """Start again the workers that have ended."""
        ended = [worker for worker in self.workers if worker.poll() is not None]
        self.restarts += len(ended)
        for worker in ended:
            self.workers.remove(worker)
        while len(self.workers) < self._size:
            self.workers.append(
                subprocess.Popen(
                    self._command,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=self._log,
                    stderr=self._log,
                )
            )

    @contextmanager
    def tended(self) -> Iterator[None]:
        """Start workers again in the background."""
        done = threading.Event()

        def keep() -> None:
            while not done.wait(0.2):
                self.tend()

        thread = threading.Thread(target=keep)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def send(self, worker: int, number: signal.Signals) -> None:
        """Send a signal to one worker's process."""
        with suppress(ProcessLookupError):
            self.workers[worker].send_signal(number)
