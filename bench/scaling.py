"""Workers side by side: one, two and four taggers on the partitions of one topic."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

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
SECONDS = 4
"""About how long one run of one worker should take."""


def measure(texts: list[Article], profile: Profile, capacity: float) -> dict[str, list[float]]:
    """Return tagged articles a second of each run by how many taggers there are.

    ``capacity`` is about what one does, in articles a second.
    """
    rates = {}
    for workers in WORKERS:
        count = round(capacity * SECONDS * min(workers, 2))
        seconds = []
        with (
            EmbeddedBroker() as broker,
            Running(
                hedgewire(profile, "tagger", workers), broker.bootstrap_servers, "", PARTITIONS
            ) as system,
        ):
            system.start()
            system.wait_for_members(system.settings.group("tagger"), PARTITIONS)
            system.warm_up(repeat(texts, WARM_UP, "warm-up"))
            for repetition in range(REPETITIONS):
                say(f"scaling, {profile}: {workers} taggers, run {repetition + 1}")
                articles = repeat(texts, count, f"run-{repetition}")
                wanted = {topics.TAGGED: system.watcher.counts[topics.TAGGED] + count}
                started = time.perf_counter()
                system.source.backlog(articles)
                seconds.append(system.watcher.wait(wanted) - started)
        rates[str(workers)] = [count / each for each in seconds]
    return rates
