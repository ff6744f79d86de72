"""Tokens of a field, with their offsets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.analysis.hedges.grammar import Grammar, Word

# Bounds keep a text without blanks from becoming one token; no word comes near them.
_LETTERS = r"[^\W\d_][\w\u0300-\u036f]{0,59}"
_NUMBER = r"\d{1,20}(?:[.,:]\d{1,20}){0,5}"

_FINAL_APOSTROPHE = re.compile(r"['’](?<=\w['’])(?!\w)")


@dataclass(frozen=True, slots=True)
class Tokens:
    """A field's tokens: what the lexicon knows of each, and where it stands in code points."""

    words: Sequence[Word]
    starts: Sequence[int]
    ends: Sequence[int]


def tokenize(text: str, grammar: Grammar) -> Tokens:
    """Split ``text`` into words, numbers and single other characters.

    A hyphen between letters joins (*co-founder*); dashes and hyphens between blanks do not.
    An elided word keeps its apostrophe (*l'* + *azienda*) where the language elides; elsewhere
    an apostrophe inside a word belongs to it (*don't*). An accent written as an apostrophe
    (*e'*) is part of its word where the grammar's spellings list it.
    """
    accents = tuple(grammar.spellings) if _FINAL_APOSTROPHE.search(text) else ()
    pattern = _pattern(grammar.elision, accents)
    # Splitting gives gap, token, gap, token, …; it is three times as fast as iterating.
    pieces = pattern.split(text)
    ends = list(accumulate(map(len, pieces)))
    return Tokens(list(map(grammar.word, pieces[1::2])), ends[0:-1:2], ends[1::2])


@lru_cache
def _pattern(elision: bool, spellings: tuple[str, ...]) -> re.Pattern[str]:
    apostrophe = r"['’](?=\w)" if elision else rf"['’]{_LETTERS}"
    word = rf"{_LETTERS}(?:-{_LETTERS}){{0,4}}(?:{apostrophe})?"
    accented = "|".join(re.escape(word[:-1]) for word in spellings if word.endswith("'"))
    # The lookahead spares most words the alternatives.
    final = [rf"(?=\w{{1,20}}['’](?!\w))(?i:{accented})['’](?!\w)"] if accented else []
    token = "|".join([*final, word, _NUMBER, r"[^\w\s]", r"\w"])
    return re.compile(f"({token})")
