"""Running workers as users do, and seeing what came of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from streams.client import Stream, subscribe
from streams.lag import lag_monitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from streams.config import Settings
    from streams.events import Record

PATIENCE_SECONDS = 180.0


def environment(settings: Settings) -> dict[str, str]:
    return os.environ | {
        "HEDGEWIRE_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
        "HEDGEWIRE_TOPIC_PREFIX": settings.topic_prefix,
    }


def start_worker(which: str, settings: Settings, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "streams", "worker", which, *options], env=environment(settings)
    )


@contextmanager
def worker(which: str, settings: Settings, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker; it must come to a clean end when it is told to stop."""
    process = start_worker(which, settings, *options)
    try:
        yield process
        assert process.poll() is None, "the worker ended by itself"
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def read_all(stream: Stream, settings: Settings) -> list[Record]:
    """Return what a topic holds now."""
    records = []
    quiet = 0
    for record in subscribe(stream, settings, from_beginning=True):
        if record is None:
            quiet += 1
            if quiet == 4:
                break
        else:
            records.append(record)
            quiet = 0
    return records


def wait_until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not reached():
        assert time.monotonic() < deadline, "the pipeline did not get there in time"
        time.sleep(0.5)


def is_idle(settings: Settings, groups: int = 2) -> bool:
    """Whether every group has committed all that there is to read."""
    with lag_monitor(settings, [f"{settings.topic_prefix}*"]) as monitor:
        verdicts = monitor.poll().groups
    return len(verdicts) == groups and all(group.lag == 0 for group in verdicts)


def distinct_ids(records: list[Record]) -> set[str | None]:
    return {record.header("ce_id") for record in records}
