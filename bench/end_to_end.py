"""Articles through the whole pipeline on the embedded broker: counts, lag and throughput.

    python -m bench.end_to_end ARTICLES.jsonl

The workers are running and warm before the first article of the file is published. The peer in
the same run is the same analysis in a bare loop, without Kafka, in one process.
HEDGEWIRE_PROFILE chooses the entity model of both.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from streams import topics
from streams.analysis import analyze_documents
from streams.analysis.document import read_document
from streams.analysis.entities import EntityTagger
from streams.article import Article
from streams.broker import EmbeddedBroker
from streams.client import Publisher, follow
from streams.config import Settings, load_settings
from streams.intake import read_articles
from streams.lag import lag_monitor

BATCH = 64
PROCESSORS = 2


def main(path: Path) -> None:
    """Print the table for one file of articles."""
    articles = [item for item in read_articles([path]) if isinstance(item, Article)]
    characters = sum(len(article.text) for article in articles)
    print(f"{len(articles)} articles, {characters / len(articles):.0f} characters each")
    seconds, counts = _through_kafka(articles)
    for name, count in sorted(counts.items()):
        print(f"{name:20} {count:6} events")
    bare = _bare_loop(articles)
    print(f"{'pipeline':20} {len(articles) / seconds:8.1f} articles/s")
    print(f"{'bare loop':20} {len(articles) / bare:8.1f} articles/s")
    print(f"{'pipeline / bare loop':20} {bare / seconds:8.2f}")


def _bare_loop(articles: list[Article]) -> float:
    settings = load_settings()
    tagger = EntityTagger(settings.profile, settings.threads)
    analyze_documents([read_document(None, "Prova a Torino.", "it")], tagger)
    start = time.perf_counter()
    for first in range(0, len(articles), BATCH):
        batch = articles[first : first + BATCH]
        analyze_documents([read_document(a.title, a.text, a.language) for a in batch], tagger)
    return time.perf_counter() - start


def _through_kafka(articles: list[Article]) -> tuple[float, Counter[str]]:
    with EmbeddedBroker() as broker:
        settings = load_settings(broker.bootstrap_servers, topic_prefix="")
        topics.create_topics(settings, 4, 1)
        worker = subprocess.Popen(
            [sys.executable, "-m", "streams", "worker", "all", "-b", broker.bootstrap_servers]
        )
        try:
            _publish(settings, [_warm_up()])
            _wait_for_zero_lag(settings)
            start = time.perf_counter()
            _publish(settings, articles)
            _wait_for_zero_lag(settings)
            seconds = time.perf_counter() - start
            return seconds, _count(settings)
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait()


def _warm_up() -> Article:
    return Article.parse(b'{"id": "warm-up", "text": "Forse nevica a Torino."}')


def _publish(settings: Settings, articles: list[Article]) -> None:
    with Publisher(settings) as publisher:
        for receipt in [publisher.publish(article) for article in articles]:
            receipt.wait()


def _wait_for_zero_lag(settings: Settings) -> None:
    with lag_monitor(settings) as monitor:
        while True:
            groups = monitor.poll().groups
            if len(groups) == PROCESSORS and all(group.lag == 0 for group in groups):
                return
            time.sleep(0.1)


def _count(settings: Settings) -> Counter[str]:
    names = (topics.TAGGED, topics.HEDGED, topics.CLAIMS, topics.REJECTED)
    counts: Counter[str] = Counter()
    quiet = 0
    for record in follow(names, settings, from_beginning=True):
        quiet = quiet + 1 if record is None else 0
        if quiet > 4:
            return counts
        if record is not None and record.key != b"warm-up":
            counts[record.topic] += record.header("ce_subject") != "warm-up"
    return counts


if __name__ == "__main__":
    main(Path(sys.argv[1]))
