"""Language identification: which language a text is in, as a BCP 47 tag."""

from __future__ import annotations

import py3langid

UNKNOWN = "und"
SUPPORTED = ("it", "en", "fr", "es", "de", "pt")

SAMPLE_CODE_POINTS = 2_000
"""How much of a text is looked at; more changes no decision on news and costs time."""


def identify_language(title: str | None, text: str) -> str:
    """Return the language of an article, ``und`` where it has no letters.

    Uses py3langid, a naive Bayes classifier over byte n-grams (Lui & Baldwin 2012).
    """
    sample = f"{title or ''}\n{text[:SAMPLE_CODE_POINTS]}"
    if not any(character.isalpha() for character in sample):
        return UNKNOWN
    language: str = py3langid.classify(sample)[0]
    return language


def primary_subtag(tag: str) -> str:
    """Return the language part of a BCP 47 tag: ``pt`` for ``pt-BR`` and ``pt_BR``."""
    return tag.replace("_", "-").split("-", 1)[0].lower()
