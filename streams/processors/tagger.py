"""The tagger: from ``articles`` to ``articles.tagged``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import orjson

from streams import topics
from streams.analysis.document import read_document
from streams.analysis.entities import EntityTagger
from streams.article import Article, MalformedError
from streams.events import Event, Record, cloud_event_headers, event_id, timestamp
from streams.processors.processor import Handler, Outcome, Processed, Processor, Rejection
from streams.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from streams.analysis.types import Document, Entity
    from streams.config import Settings


def load(settings: Settings) -> Handler:
    """Load the entity model and return the tagger's handler."""
    tagger = EntityTagger(settings.profile, settings.threads, settings.gazetteer)

    def handle(records: Sequence[Record], now: datetime) -> list[Outcome]:
        articles = [_parse(record) for record in records]
        valid = [article for article in articles if isinstance(article, Article)]
        documents = [read_document(a.title, a.text, a.language) for a in valid]
        started = time.perf_counter()
        tagged = iter(zip(documents, tagger.tag(documents), strict=True))
        share = (time.perf_counter() - started) / max(1, len(documents))
        return [
            Processed((_event(article, *next(tagged), tagger.model, now),), share)
            if isinstance(article, Article)
            else article
            for article in articles
        ]

    return handle


TAGGER = Processor("tagger", topics.ARTICLES, (topics.TAGGED,), load)


def _parse(record: Record) -> Article | Rejection:
    try:
        return Article.parse(record.value)
    except MalformedError as error:
        return Rejection(error.code, str(error))


def _event(
    article: Article, document: Document, entities: Sequence[Entity], model: str, now: datetime
) -> Event:
    return Event(
        topic=topics.TAGGED,
        key=article.id.encode(),
        value=orjson.dumps(
            {
                "article": orjson.Fragment(article.raw),
                "language": document.language,
                "sentences": document.sentences,
                "entities": entities,
                "model": model,
                "processed_at": timestamp(now),
            }
        ),
        headers=cloud_event_headers(
            id_=event_id("tagged", VERSION, model, article.raw),
            kind="tagged",
            source="/hedgewire/tagger",
            subject=article.id,
            time=now,
        ),
    )
