"""The pipeline from end to end beside its peers, all given the same articles in turn."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING

from bench.corpus import repeat
from bench.measure import REPETITIONS, say
from bench.names import BARE, LOOP, QUIX, SHIPPED, SPACY
from bench.peers import analysis
from bench.peers.analysis import BATCH
from bench.systems import Running, hedgewire, peer
from streams import topics
from streams.broker import EmbeddedBroker

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from streams.analysis import Profile
    from streams.article import Article

PARTITIONS = 8
WARM_UP = 64
SECONDS = 5
"""About how long one run through the bare loop should take."""
SPACY_ARTICLES = 160
"""Its share of a run: enough for its rate, which is the same with more."""


def measure(
    texts: list[Article], profile: Profile, versions: Mapping[str, Path]
) -> dict[str, dict[str, list[float]]]:
    """Return what each system did in each run, the bare loop first.

    ``versions`` are the checkouts of ours to measure, by name.
    That is ``rate``, in articles a second, and ``processor``, milliseconds of processor time an
    article, of the system's processes without the broker.

    All have one thread for the entity model, but for ours as it ships. The bare loop parses,
    analyses and serialises in one process, without Kafka. The systems run all the while, on topics
    of their own at one broker, and get the articles in turn.
    """
    analyse = analysis.hedgewire(profile)
    count = _count(texts, analyse)
    systems = {
        name: hedgewire(profile, source=source, threads=1) for name, source in versions.items()
    } | {
        SHIPPED: hedgewire(profile),
        LOOP: peer("confluent", profile),
        QUIX: peer("quix", profile),
        SPACY: peer("confluent", "spacy"),
    }
    runs: dict[str, dict[str, list[float]]] = {
        name: {"rate": [], "processor": []} for name in (BARE, *systems)
    }

    def note(name: str, count: int, seconds: float, used: float) -> None:
        runs[name]["rate"].append(count / seconds)
        runs[name]["processor"].append(1000 * used / count)
        say(f"throughput, {profile}: {name} {count / seconds:.1f}/s")

    with ExitStack() as stack:
        broker = stack.enter_context(EmbeddedBroker())
        running = {
            name: stack.enter_context(
                Running(system, broker.bootstrap_servers, f"{number}.", PARTITIONS)
            )
            for number, (name, system) in enumerate(systems.items())
        }
        for system in running.values():
            system.start()
        for name, system in running.items():
            say(f"throughput, {profile}: {name} warms up")
            with system.at_work():
                system.warm_up(repeat(texts, WARM_UP, "warm-up"))
        for repetition in range(REPETITIONS):
            articles = repeat(texts, count, f"run-{repetition}")
            seconds, used, expected = _bare(articles, analyse)
            note(BARE, count, seconds, used)
            for name, system in running.items():
                if name == SPACY:
                    share = articles[:SPACY_ARTICLES]
                    note(name, len(share), *_through(system, share, {topics.TAGGED: len(share)}))
                else:
                    note(name, count, *_through(system, articles, expected))
    return runs


def _count(texts: list[Article], analyse: analysis.Analysis) -> int:
    """Return how many articles take the bare loop about as long as a run should take."""
    seconds, _, _ = _bare(texts[:WARM_UP], analyse)
    seconds, _, _ = _bare(texts[:WARM_UP], analyse)
    return round(SECONDS * WARM_UP / seconds)


def _bare(
    articles: list[Article], analyse: analysis.Analysis
) -> tuple[float, float, Mapping[str, int]]:
    counts: Counter[str] = Counter()
    started, used = time.perf_counter(), time.process_time()
    for first in range(0, len(articles), BATCH):
        batch = articles[first : first + BATCH]
        for events in analyse([article.raw for article in batch]):
            counts.update(event.topic for event in events)
    return time.perf_counter() - started, time.process_time() - used, counts


def _through(
    system: Running, articles: list[Article], expected: Mapping[str, int]
) -> tuple[float, float]:
    wanted = {topic: system.watcher.counts[topic] + count for topic, count in expected.items()}
    with system.at_work():
        used, started = system.processor_seconds(), time.perf_counter()
        system.source.backlog(articles)
        seconds = system.watcher.wait(wanted) - started
        return seconds, system.processor_seconds() - used
