"""From the command to the first event, with an article waiting."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.corpus import article_of
from bench.measure import REPETITIONS, say
from bench.systems import Running, hedgewire
from streams import topics
from streams.broker import EmbeddedBroker

if TYPE_CHECKING:
    from streams.analysis import Profile

PARTITIONS = 8


def measure(profile: Profile) -> dict[str, list[float]]:
    """Return the seconds of each run until the first ``tagged`` and the first ``hedged`` event."""
    seconds: dict[str, list[float]] = {topics.TAGGED: [], topics.HEDGED: []}
    for repetition in range(REPETITIONS):
        say(f"cold start, {profile}, run {repetition + 1} of {REPETITIONS}")
        with (
            EmbeddedBroker() as broker,
            Running(hedgewire(profile), broker.bootstrap_servers, "", PARTITIONS) as system,
        ):
            system.source.backlog([article_of("Forse nevica a Torino.", "first")])
            started = time.perf_counter()
            system.start()
            for topic, times in seconds.items():
                times.append(system.watcher.wait({topic: 1}) - started)
    return seconds
