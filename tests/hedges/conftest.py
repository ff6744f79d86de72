"""Documents to spot in."""

from __future__ import annotations

import re

from streams.analysis.types import Document, Entity, EntityType, Field, Span


def document(text: str, language: str = "it", title: str | None = None) -> Document:
    """Return a document whose sentences end with a full stop, a colon or a line."""
    sentences = [Span("title", 0, len(title), title)] if title else []
    sentences += [
        Span("text", found.start(), found.end(), found[0])
        for found in re.finditer(r"\S[^.:\n]*[.:]?[»”\"]?", text)
    ]
    return Document(title, text, language, tuple(sentences))


def entity(
    document: Document, name: str, kind: EntityType, field: Field = "text", id_: str | None = None
) -> Entity:
    """Return the first mention of ``name``."""
    start = document.field(field).index(name)
    return Entity(field, start, start + len(name), name, kind, id_ or name, name, 1.0)
