"""Plain text as crawlers leave it."""

from __future__ import annotations

import re

from streams.events import event_id

_DATE = re.compile(r"\s*date\s+(\d{4}-\d{2}(?:-\d{2})?)\b[ \t]*(?:\r?\n)*", re.IGNORECASE)


def from_text(text: str, name: str | None) -> dict[str, str]:
    """Return the fields of an article made of a text.

    A leading ``date YYYY-MM`` or ``date YYYY-MM-DD`` is its date and no part of its text.
    ``name`` becomes the id; without one, the text's digest does.
    """
    fields = {"id": name or event_id(text), "text": text}
    date = _DATE.match(text)
    if date:
        fields |= {"text": text[date.end() :], "published_at": date[1]}
    return fields
