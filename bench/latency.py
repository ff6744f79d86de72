"""From publish to the events, at a share of what the pipeline can do.

Articles are published at random times, as a Poisson process, whatever the pipeline does, and
latency counts from when an article was due: nothing waits for anything, so no delay hides
another (coordinated omission).
"""

from __future__ import annotations

import random
import time
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from bench.corpus import repeat
from bench.measure import REPETITIONS, quantile, say
from bench.systems import Running, hedgewire
from streams import topics
from streams.broker import EmbeddedBroker

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from streams.analysis import Profile
    from streams.article import Article

PARTITIONS = 8
WARM_UP = 64
LOADS = (0.1, 0.5, 0.8)
SECONDS = 40
LEAST = 100
"""Articles at least, at however low a rate."""
QUANTILES = (0.5, 0.95, 0.99, 0.999)


def measure(
    texts: list[Article], profile: Profile, rates: Mapping[str, float], source: Path
) -> dict[str, dict[str, dict[str, Any]]]:
    """Return milliseconds to ``tagged`` and to ``hedged`` by load.

    Each has a value for each quantile: over the ``whole`` run, and over each of its ``parts``, as
    many as other sections have runs. ``rates`` are in articles a second, by the name of the load;
    ``source``, the checkout of ours to measure.
    """
    found: dict[str, dict[str, dict[str, Any]]] = {}
    with (
        EmbeddedBroker() as broker,
        Running(
            hedgewire(profile, source=source), broker.bootstrap_servers, "", PARTITIONS
        ) as system,
    ):
        system.start()
        system.warm_up(repeat(texts, WARM_UP, "warm-up"))
        for load, rate in rates.items():
            count = max(LEAST, round(rate * SECONDS))
            say(f"latency, {profile}: {count} articles at {rate:.1f}/s")
            noise = random.Random(count)
            times = list(accumulate(noise.expovariate(rate) for _ in range(count)))
            tagged = system.watcher.counts[topics.TAGGED] + count
            due = system.source.open_loop(repeat(texts, count, f"load-{load}"), times)
            system.watcher.wait({topics.TAGGED: tagged})
            time.sleep(2)  # for the last that are hedged, of which nobody knows how many
            found[load] = {
                topic: _quantiles(due, system.watcher.arrivals[topic])
                for topic in (topics.TAGGED, topics.HEDGED)
            }
    return found


def _quantiles(due: dict[str, float], came: dict[str, float]) -> dict[str, Any]:
    late = [1000 * (came[key] - at) for key, at in due.items() if key in came]
    size = -(-len(late) // REPETITIONS)
    parts = [late[start : start + size] for start in range(0, len(late), size)]
    return {
        "whole": [quantile(late, share) for share in QUANTILES],
        "parts": [[quantile(part, share) for share in QUANTILES] for part in parts],
    }
