"""Tokens of a field, with their offsets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.analysis.hedges.grammar import Grammar, Word

# Bounds keep a text without blanks from becoming one token; no word comes near them.
_LETTERS = r"[^\W\d_][\w\u0300-\u036f]{0,59}"
_NUMBER = r"\d{1,20}(?:[.,:]\d{1,20}){0,5}"


@dataclass(frozen=True, slots=True)
class Tokens:
    """A field's tokens: what the lexicon knows of each, and ``(start, end)`` in code points."""

    words: Sequence[Word]
    spans: Sequence[tuple[int, int]]


def tokenize(text: str, grammar: Grammar) -> Tokens:
    """Split ``text`` into words, numbers and single other characters.

    A hyphen between letters joins (*co-founder*); dashes and hyphens between blanks do not.
    An elided word keeps its apostrophe (*l'* + *azienda*) where the language elides; elsewhere
    an apostrophe inside a word belongs to it (*don't*). An accent written as an apostrophe
    (*e'*) is part of its word where the grammar's spellings list it.
    """
    pattern = _pattern(grammar.elision, tuple(grammar.spellings))
    spans = [match.span() for match in pattern.finditer(text)]
    lookup = grammar.word
    return Tokens([lookup(text[start:end]) for start, end in spans], spans)


@lru_cache
def _pattern(elision: bool, spellings: tuple[str, ...]) -> re.Pattern[str]:
    apostrophe = r"['’](?=\w)" if elision else rf"['’]{_LETTERS}"
    word = rf"{_LETTERS}(?:-{_LETTERS}){{0,4}}(?:{apostrophe})?"
    accented = [re.escape(word[:-1]) + r"['’](?!\w)" for word in spellings if word.endswith("'")]
    return re.compile("|".join([*accented, word, _NUMBER, r"[^\w\s]", r"\w"]), re.IGNORECASE)
