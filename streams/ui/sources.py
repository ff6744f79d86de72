"""The threads that bring the page its state: one reads the topics, one watches the lag."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

from kafka.errors import KafkaError

from streams.client import TOPIC_OF, Stream
from streams.connection import BrokerUnreachableError
from streams.lag import lag_monitor
from streams.topics import MissingTopicsError
from streams.ui.stage import ARTICLES
from streams.ui.tail import tail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from streams.config import Settings
    from streams.ui.stage import Stage

log = logging.getLogger(__name__)

STREAMS: tuple[Stream, ...] = ("tagged", "hedged", "rejected")
PROCESSORS = ("tagger", "spotter")
RANK_SECONDS = 1.0
LAG_SECONDS = 2.0
RETRY_SECONDS = 2.0


@contextmanager
def feeding(stage: Stage, settings: Settings) -> Iterator[None]:
    """Feed a stage in the background while the context lasts."""
    stopped = Event()
    threads = [
        Thread(target=_keep, args=(work, stage, settings, stopped), daemon=True)
        for work in (_read, _watch)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


def _keep(
    work: Callable[[Stage, Settings, Event], None],
    stage: Stage,
    settings: Settings,
    stopped: Event,
) -> None:
    """Do some work until stopped; a cluster that is lost is waited for."""
    while not stopped.is_set():
        try:
            work(stage, settings, stopped)
        except (BrokerUnreachableError, KafkaError, MissingTopicsError) as error:
            log.warning("%s", error)
            stage.tell_trouble(str(error))
            stopped.wait(RETRY_SECONDS)


def _read(stage: Stage, settings: Settings, stopped: Event) -> None:
    kinds = {settings.topic(TOPIC_OF[stream]): stream for stream in STREAMS}
    ranked = 0.0
    for record in tail([TOPIC_OF[stream] for stream in STREAMS], settings, ARTICLES):
        if stopped.is_set():
            return
        now = time.time()
        if record is not None:
            stage.take(kinds[record.topic], record, now)
        if now - ranked >= RANK_SECONDS:
            stage.rank(now)
            ranked = now


def _watch(stage: Stage, settings: Settings, stopped: Event) -> None:
    groups = [settings.group(name) for name in PROCESSORS]
    with lag_monitor(settings, groups) as monitor:
        while not stopped.is_set():
            stage.judge(monitor.poll())
            stage.tell_trouble(None)
            stopped.wait(LAG_SECONDS)
