"""From publish to the events, at a share of what the pipeline can do.

Articles are published at random times, as a Poisson process, whatever the pipeline does, and
latency counts from when an article was due: nothing waits for anything, so no delay hides
another (coordinated omission).
"""

from __future__ import annotations

import random
import time
from itertools import accumulate
from typing import TYPE_CHECKING

from bench.corpus import repeat
from bench.measure import quantile, say
from bench.systems import Running, hedgewire
from streams import topics
from streams.broker import EmbeddedBroker

if TYPE_CHECKING:
    from pathlib import Path

    from streams.analysis import Profile
    from streams.article import Article

PARTITIONS = 8
WARM_UP = 64
LOADS = (0.1, 0.5, 0.8)
SECONDS = 45
LEAST = 100
"""Articles at least, at however low a rate."""
QUANTILES = (0.5, 0.95, 0.99, 0.999)


def measure(
    texts: list[Article], profile: Profile, capacity: float, source: Path
) -> dict[str, dict[str, list[float]]]:
    """Return milliseconds to ``tagged`` and to ``hedged`` by load, a value for each quantile.

    ``capacity`` is in articles a second, of which ``LOADS`` are shares; ``source``, the checkout
    of ours to measure.
    """
    found: dict[str, dict[str, list[float]]] = {}
    with (
        EmbeddedBroker() as broker,
        Running(
            hedgewire(profile, source=source), broker.bootstrap_servers, "", PARTITIONS
        ) as system,
    ):
        system.start()
        system.warm_up(repeat(texts, WARM_UP, "warm-up"))
        for load in LOADS:
            rate = load * capacity
            count = max(LEAST, round(rate * SECONDS))
            say(f"latency, {profile}: {count} articles at {rate:.1f}/s")
            noise = random.Random(count)
            times = list(accumulate(noise.expovariate(rate) for _ in range(count)))
            tagged = system.watcher.counts[topics.TAGGED] + count
            due = system.source.open_loop(repeat(texts, count, f"load-{load}"), times)
            system.watcher.wait({topics.TAGGED: tagged})
            time.sleep(2)  # for the last that are hedged, of which nobody knows how many
            found[f"{load:.0%}"] = {
                topic: [
                    1000 * quantile([come - due[key] for key, come in came.items()], share)
                    for share in QUANTILES
                ]
                for topic in (topics.TAGGED, topics.HEDGED)
                if (came := {k: t for k, t in system.watcher.arrivals[topic].items() if k in due})
            }
    return found
