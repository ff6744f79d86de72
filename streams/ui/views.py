"""Events as the page shows them: the fields that it needs, long texts cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from streams.events import Record
    from streams.lag import Report

TEXT_SHOWN = 6_000
"""Code points of a text that the page shows; the rest is in the whole event."""

REJECTED_SHOWN = 300
"""Characters of a rejected record, and of its key, that the page shows."""

ARTICLE_FIELDS = ("id", "title", "url", "source", "published_at")
ENTITY_FIELDS = ("field", "start", "end", "type", "id", "name", "score")


def tagged(event: Mapping[str, Any], at: float) -> dict[str, Any]:
    """Return a tagged event; ``at`` is when it was written, in seconds since the epoch."""
    article = event["article"]
    return {name: article.get(name) for name in ARTICLE_FIELDS} | {
        "at": at,
        "text": article["text"][:TEXT_SHOWN],
        "length": len(article["text"]),
        "language": event["language"],
        "entities": [
            {name: entity[name] for name in ENTITY_FIELDS} for entity in _shown(event["entities"])
        ],
    }


def hedged(event: Mapping[str, Any], at: float) -> dict[str, Any]:
    """Return a hedged event."""
    return {name: event["article"].get(name) for name in ARTICLE_FIELDS} | {
        "at": at,
        "language": event["language"],
        "hedge_rate": event["hedge_rate"],
        "hedges": list(_shown(event["hedges"])),
        "claims": list(_shown(event["claims"])),
    }


def _shown(spans: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    return (span for span in spans if span["field"] == "title" or span["end"] <= TEXT_SHOWN)


def rejected(letter: Record) -> dict[str, Any]:
    """Return a dead letter: why, from where, and how its bytes begin."""
    return {
        "at": letter.timestamp / 1000,
        "error": letter.header("error"),
        "message": letter.header("error.message"),
        "processor": letter.header("processor"),
        "topic": letter.header("source.topic"),
        "partition": letter.header("source.partition"),
        "offset": letter.header("source.offset"),
        "key": _readable(letter.key),
        "value": _readable(letter.value),
        "size": len(letter.value or b""),
    }


def _readable(data: bytes | None) -> str | None:
    return None if data is None else data[:REJECTED_SHOWN].decode("utf-8", "replace")


def health(report: Report) -> dict[str, Any]:
    """Return how each group is doing: what is left, how old it is, records a second."""
    return {
        "at": report.time,
        "groups": [
            {
                "group": group.group,
                "status": group.status.value,
                "lag": group.lag,
                "seconds": group.seconds,
                "throughput": sum(each.pace.consumed for each in group.partitions if each.pace),
            }
            for group in report.groups
        ],
    }
