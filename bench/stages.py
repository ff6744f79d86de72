"""What each stage of an article's way costs, on one thread and by itself."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaProducer

from bench.corpus import repeat
from bench.measure import REPETITIONS, say
from bench.peers.analysis import events
from streams import topics
from streams.analysis.entities import EntityTagger
from streams.analysis.hedges import spot
from streams.analysis.language import identify_language
from streams.analysis.sentences import split_sentences
from streams.analysis.types import Document
from streams.article import Article
from streams.broker import EmbeddedBroker
from streams.config import load_settings
from streams.processors.worker import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streams.events import Event

ARTICLES = 160


def measure(texts: list[Article]) -> dict[str, Any]:
    """Return what a mean article is and costs.

    That is the bytes of its text, those of what it adds to each topic, headers included, and
    the milliseconds of it in each stage.
    """
    articles = repeat(texts, ARTICLES, "stage")
    seconds, outgoing = asyncio.run(_seconds(articles))
    stored = Counter({topics.ARTICLES: sum(len(a.id) + len(a.raw) for a in articles)})
    for event in outgoing:
        headers = sum(len(name) + len(value) for name, value in event.headers)
        stored[event.topic] += len(event.key or b"") + len(event.value or b"") + headers
    return {
        "stored": {topic: size / ARTICLES for topic, size in stored.items()},
        "bytes": sum(len(article.text.encode()) for article in articles) / ARTICLES,
        "milliseconds": {
            stage: [1000 * each / ARTICLES for each in times] for stage, times in seconds.items()
        },
    }


async def _seconds(articles: list[Article]) -> tuple[dict[str, list[float]], list[Event]]:
    documents = [
        Document(a.title, a.text, "it", split_sentences("text", a.text, "it")) for a in articles
    ]
    taggers = {profile: EntityTagger(profile, threads=1) for profile in ("accurate", "fast")}
    found = [each for part in _parts(documents) for each in taggers["accurate"].tag(part)]
    reports = [spot(*each) for each in zip(documents, found, strict=True)]
    made = list(zip(articles, documents, found, reports, strict=True))

    def tag(profile: str) -> Callable[[], object]:
        return lambda: [taggers[profile].tag(part) for part in _parts(documents)]

    stages: dict[str, Callable[[], object]] = {
        "parse and validate": lambda: [Article.parse(article.raw) for article in articles],
        "language": lambda: [identify_language(a.title, a.text) for a in articles],
        "sentences": lambda: [split_sentences("text", a.text, "it") for a in articles],
        "entities, accurate": tag("accurate"),
        "entities, fast": tag("fast"),
        "hedges": lambda: [spot(*each) for each in zip(documents, found, strict=True)],
        "serialise": lambda: [events(*each, model="accurate") for each in made],
    }
    seconds: dict[str, list[float]] = {stage: [] for stage in (*stages, "send")}
    outgoing = [event for each in made for event in events(*each, model="accurate")]
    with EmbeddedBroker() as broker:
        settings = load_settings(broker.bootstrap_servers, topic_prefix="")
        topics.create_topics(settings, 1, 1)
        producer = AIOKafkaProducer(
            bootstrap_servers=broker.bootstrap_servers, acks="all", linger_ms=5
        )
        async with producer:
            for repetition in range(REPETITIONS + 1):
                say(f"stages, run {repetition} of {REPETITIONS}")
                for stage, work in stages.items():
                    started = time.process_time()
                    work()
                    seconds[stage].append(time.process_time() - started)
                started = time.process_time()
                await _send(producer, outgoing)
                seconds["send"].append(time.process_time() - started)
    # The first run warms up.
    return {stage: times[1:] for stage, times in seconds.items()}, outgoing


def _parts(documents: list[Document]) -> list[list[Document]]:
    size = POLICY.batch_records
    return [documents[start : start + size] for start in range(0, len(documents), size)]


async def _send(producer: AIOKafkaProducer, outgoing: Sequence[Event]) -> None:
    for start in range(0, len(outgoing), POLICY.batch_records):
        await asyncio.gather(
            *[
                await producer.send(
                    event.topic, event.value, event.key, headers=list(event.headers)
                )
                for event in outgoing[start : start + POLICY.batch_records]
            ]
        )
