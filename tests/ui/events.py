"""Events as the processors write them, small, for tests that need many or strange ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from streams import topics
from streams.connection import producer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streams.config import Settings

PROCESSED_AT = "2026-04-12T08:00:00.000Z"


def tagged(article_id: str, text: str, name: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a tagged event with one entity where ``text`` has ``name``."""
    entities = []
    if name is not None:
        start = text.index(name)
        entities = [
            {
                "field": "text",
                "start": start,
                "end": start + len(name),
                "text": name,
                "type": "PER",
                "id": f"per:{name.casefold()}",
                "name": name,
                "score": 0.9,
            }
        ]
    return {
        "article": {"id": article_id, "text": text, **fields},
        "language": "en",
        "sentences": [{"field": "text", "start": 0, "end": len(text), "text": text}],
        "entities": entities,
        "model": "test",
        "processed_at": PROCESSED_AT,
    }


def hedged(article_id: str, text: str, cue: str, by_entity: Iterable[Any] = ()) -> dict[str, Any]:
    """Return a hedged event with one reportive cue and no claim."""
    start = text.index(cue)
    return {
        "article": {"id": article_id},
        "language": "en",
        "hedges": [
            {
                "field": "text",
                "start": start,
                "end": start + len(cue),
                "text": cue,
                "category": "reportive",
                "sentence": 0,
                "hedged": True,
                "in_quote": False,
                "source": None,
                "rule": "test",
            }
        ],
        "claims": [],
        "hedge_rate": 1.0,
        "by_entity": list(by_entity),
        "processed_at": PROCESSED_AT,
    }


def write_tagged(settings: Settings, events: Iterable[dict[str, Any]]) -> None:
    """Put tagged events on their topic, in order."""
    output = producer(settings)
    for event in events:
        output.send(settings.topic(topics.TAGGED), value=orjson.dumps(event), partition=0)
    output.flush()
    output.close()
