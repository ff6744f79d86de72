"""The spotter: from ``articles.tagged`` to ``articles.hedged`` and ``claims``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from streams import topics
from streams.analysis.hedges import spot
from streams.analysis.language import SUPPORTED, primary_subtag
from streams.analysis.types import Document, Entity, HedgeReport, Span
from streams.article import MalformedError, parse_json
from streams.events import Event, Headers, Record, cloud_event_headers, event_id, timestamp
from streams.processors.processor import Handler, Outcome, Processed, Processor, Rejection
from streams.validation import InvalidError, SchemaName, validate
from streams.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from streams.config import Settings


def load(settings: Settings) -> Handler:  # noqa: ARG001 - the spotter has nothing to set
    """Return the spotter's handler; its grammars load with the first article of a language."""

    def handle(records: Sequence[Record], now: datetime) -> list[Outcome]:
        return [_outcome(record, now) for record in records]

    return handle


SPOTTER = Processor("spotter", topics.TAGGED, (topics.HEDGED, topics.CLAIMS), load)

_S = TypeVar("_S", bound=Span)


@dataclass(frozen=True, slots=True)
class _Tagged:
    """A tagged event, read back."""

    id: str
    article: dict[str, Any]
    document: Document
    entities: tuple[Entity, ...]


def _outcome(record: Record, now: datetime) -> Outcome:
    try:
        tagged = _parse(record.value)
    except MalformedError as error:
        return Rejection(error.code, str(error))
    report = spot(tagged.document, tagged.entities)
    # A tagged event that is delivered twice has two times but one id.
    origin = record.header("ce_id") or event_id(record.value or b"")
    language = primary_subtag(tagged.document.language)
    return Processed(
        _events(tagged, report, origin, now),
        language=language if language in SUPPORTED else "other",
        sentences=len(tagged.document.sentences),
        hedged_sentences=len({hedge.sentence for hedge in report.hedges if hedge.hedged}),
    )


def _parse(value: bytes | None) -> _Tagged:
    fields = parse_json(value)
    try:
        validate("tagged", fields)
    except InvalidError as error:
        raise MalformedError("invalid-tagged", str(error)) from None
    article = fields["article"]
    document = Document(
        title=article.get("title") or None,
        text=article["text"],
        language=fields["language"],
        sentences=tuple(_span(Span, item) for item in fields["sentences"]),
    )
    entities = tuple(_span(Entity, item) for item in fields["entities"])
    for span in (*document.sentences, *entities):
        if document.field(span.field)[span.start : span.end] != span.text:
            raise MalformedError(
                "invalid-tagged",
                f"{span.field}[{span.start}:{span.end}] is not the span's text; "
                "offsets count Unicode code points",
            )
    without_text = {name: field for name, field in article.items() if name != "text"}
    return _Tagged(article["id"], without_text, document, entities)


def _span(kind: type[_S], item: dict[str, Any]) -> _S:
    """Make a span of its JSON, without the fields that a later version may have added."""
    return kind(**{name: item[name] for name in kind.__dataclass_fields__})


def _events(tagged: _Tagged, report: HedgeReport, origin: str, now: datetime) -> tuple[Event, ...]:
    common = {
        "article": tagged.article,
        "language": tagged.document.language,
        "processed_at": timestamp(now),
    }
    events = [
        _event(
            topics.CLAIMS,
            key=claim.entities[0].id if claim.entities else tagged.id,
            value=common | {"claim": claim},
            headers=_headers(
                "claim", event_id("claim", VERSION, origin, str(index)), tagged.id, now
            ),
        )
        for index, claim in enumerate(report.claims)
    ]
    if report.hedge_rate > 0:
        events.insert(
            0,
            _event(
                topics.HEDGED,
                key=tagged.id,
                value=common
                | {
                    "hedges": report.hedges,
                    "claims": report.claims,
                    "hedge_rate": report.hedge_rate,
                    "by_entity": report.by_entity,
                },
                headers=_headers("hedged", event_id("hedged", VERSION, origin), tagged.id, now),
            ),
        )
    return tuple(events)


def _event(topic: str, key: str, value: dict[str, Any], headers: Headers) -> Event:
    return Event(topic, key.encode(), orjson.dumps(value), headers)


def _headers(kind: SchemaName, id_: str, subject: str, now: datetime) -> Headers:
    return cloud_event_headers(
        id_=id_, kind=kind, source="/hedgewire/spotter", subject=subject, time=now
    )
