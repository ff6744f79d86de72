"""Workers side by side: one, two and four taggers on the partitions of one topic.

Each has one thread for the entity model: a tagger more is then a core more.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import psutil

from bench.corpus import repeat
from bench.measure import REPETITIONS, say
from bench.systems import Running, hedgewire
from streams import topics
from streams.broker import EmbeddedBroker

if TYPE_CHECKING:
    from streams.analysis import Profile
    from streams.article import Article

PARTITIONS = 8
WARM_UP = 128
WORKERS = (1, 2, 4)
SECONDS = 3
"""About how long one run of one worker should take."""


def measure(
    texts: list[Article], profile: Profile, capacity: float
) -> dict[str, dict[str, list[float]]]:
    """Return what each run came to, by how many taggers there are.

    That is ``rate``, in tagged articles a second, and ``cores``, how many of the machine's were at
    work on average, on whatever. ``capacity`` is about what one tagger does, in articles a second.
    """
    found = {}
    for workers in WORKERS:
        count = round(capacity * SECONDS * min(workers, 2))
        rates, cores = [], []
        with (
            EmbeddedBroker() as broker,
            Running(
                hedgewire(profile, "tagger", workers, threads=1),
                broker.bootstrap_servers,
                "",
                PARTITIONS,
            ) as system,
        ):
            system.start()
            system.wait_for_members(system.settings.group("tagger"), PARTITIONS)
            system.warm_up(repeat(texts, WARM_UP, "warm-up"))
            for repetition in range(REPETITIONS):
                say(f"scaling, {profile}: {workers} taggers, run {repetition + 1}")
                articles = repeat(texts, count, f"run-{repetition}")
                wanted = {topics.TAGGED: system.watcher.counts[topics.TAGGED] + count}
                used, started = _processor_seconds(), time.perf_counter()
                system.source.backlog(articles)
                seconds = system.watcher.wait(wanted) - started
                rates.append(count / seconds)
                cores.append((_processor_seconds() - used) / seconds)
        found[str(workers)] = {"rate": rates, "cores": cores}
    return found


def _processor_seconds() -> float:
    """Return the processor time that the machine has used so far."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system)
