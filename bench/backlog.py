"""An hour's backlog: how long it takes to catch up, and whether memory stays where it is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from bench.corpus import opening
from bench.measure import say
from bench.systems import Running, hedgewire
from streams import topics
from streams.broker import EmbeddedBroker

if TYPE_CHECKING:
    from streams.article import Article

PARTITIONS = 8
ARTICLES = 100_000
SAMPLE_SECONDS = 2


def measure(texts: list[Article]) -> dict[str, Any]:
    """Publish the openings of articles as a backlog and start the workers only then.

    Returns how many ``articles`` of how many ``characters`` on average took how many ``seconds``,
    and ``memory``: for every sample, how many articles were tagged by then, and the resident
    bytes of each process by its name.
    """
    articles = [opening(texts[number % len(texts)], f"hour-{number}") for number in range(ARTICLES)]
    with (
        EmbeddedBroker() as broker,
        Running(hedgewire("fast"), broker.bootstrap_servers, "", PARTITIONS) as system,
    ):
        system.source.backlog(articles)
        started = time.perf_counter()
        system.start()
        memory = []
        while (tagged := system.watcher.counts[topics.TAGGED]) < ARTICLES:
            time.sleep(SAMPLE_SECONDS)
            memory.append((tagged, system.memory()))
            if len(memory) % 10 == 0:
                say(f"backlog: {tagged} of {ARTICLES} articles")
        seconds = time.perf_counter() - started
    characters = sum(len(article.text) for article in articles) / ARTICLES
    return {
        "articles": ARTICLES,
        "characters": characters,
        "seconds": seconds,
        "memory": memory,
    }
