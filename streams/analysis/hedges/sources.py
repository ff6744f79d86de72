"""Whom a claim is attributed to: the phrase that names the source, and its type.

The phrase is a stretch of tokens found from the cue: to its right (*secondo* ‹X›), or as the
subject of its verb, before it or, inverted, after it. What ends a phrase and what tells the
types apart are word classes of the grammar file (``source-stop``, ``source-anonymous``, …).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.analysis.hedges.grammar import Word
    from streams.analysis.types import SourceType

_LONGEST = 16  # tokens of a source's phrase
_FARTHEST = 40  # tokens between a verb and the start of its subject


def phrase_after(words: Sequence[Word], at: int, last: int) -> tuple[int, int] | None:
    """Return the noun phrase that starts at token ``at``, or None if there is none."""
    start = at
    while start < last and "source-skip" in words[start].classes:
        start += 1
    end = _end_of_phrase(words, start, last)
    while end > start and "source-tail" in words[end - 1].classes:
        end -= 1
    return (start, end) if end > start else None


def _end_of_phrase(words: Sequence[Word], start: int, last: int) -> int:
    limit = min(last, start + _LONGEST)
    end = start
    while end < limit and not _stops(words, start, end, last):
        end += 1
    return end


def _stops(words: Sequence[Word], start: int, at: int, last: int) -> bool:
    classes = words[at].classes
    if "source-and" in classes:
        return at + 1 >= last or "capital" not in words[at + 1].classes
    if "source-stop" in classes:
        return True
    # A determiner after a noun starts another phrase.
    return (
        at > start
        and "determiner" in classes
        and words[at - 1].classes.isdisjoint({"determiner", "preposition", "source-and"})
    )


def subject_before(words: Sequence[Word], at: int, first: int) -> tuple[int, int] | None:
    """Return the subject of the verb group that starts at token ``at``, or None.

    Clauses and phrases between the two commas of an apposition are stepped over; a relative
    pronoun stands for the noun phrase before it.
    """
    end = at
    while end > first and "source-gap" in words[end - 1].classes:
        end -= 1
    if end > first and "relative" in words[end - 1].classes:
        return antecedent(words, end - 1, first)
    floor = max(first, end - _FARTHEST)
    start = end
    while start > floor and "clause-start" not in words[start - 1].classes:
        start -= 1
    return _subject_among(words, start, end)


def subject(
    words: Sequence[Word], start: int, end: int, first: int, last: int
) -> tuple[int, int] | None:
    """Return the subject of the verb group ``words[start:end]``, or None.

    It follows the verb where the verb follows a quotation (*«…», ha detto X*) or has no subject
    before it.
    """
    inverted = start > first and "quotation" in words[start - 1].classes
    if not inverted:
        found = subject_before(words, start, first)
        if found is not None:
            return found
    if end < last and not words[end].classes.isdisjoint({"source-head", "capital"}):
        return phrase_after(words, end, last)
    return None


def antecedent(words: Sequence[Word], at: int, first: int) -> tuple[int, int] | None:
    """Return the noun phrase right before token ``at``, from its determiner or first capital."""
    end = at - 1 if at > first and words[at - 1].key == "," else at
    floor = max(first, end - _LONGEST)
    start = end
    found = None
    while start > floor and "clause-start" not in words[start - 1].classes:
        start -= 1
        if "determiner" in words[start].classes:
            found = start
            if start == first or "preposition" not in words[start - 1].classes:
                break
        elif "capital" in words[start].classes and (start == first or words[start - 1].key == ","):
            found = start
    return None if found is None else _trim(words, found, end)


def _subject_among(words: Sequence[Word], start: int, end: int) -> tuple[int, int] | None:
    """Choose the subject among the comma-separated parts of a clause."""
    commas = [at for at in range(start, end) if words[at].key == ","]
    bounds = [start - 1, *commas, end]
    parts = [(left + 1, right) for left, right in pairwise(bounds) if right > left + 1]
    fitting = [part for part in parts if _nominal(words, part)]
    if not fitting:
        return None
    closed = bool(commas) and commas[-1] == end - 1
    chosen = fitting[0] if closed else fitting[-1]
    return _trim(words, *chosen)


def _nominal(words: Sequence[Word], part: tuple[int, int]) -> bool:
    classes = words[part[0]].classes
    return "source-head" in classes or (
        "capital" in classes
        and classes.isdisjoint({"preposition", "source-stop", "source-gap", "clause-start"})
    )


def _trim(words: Sequence[Word], start: int, end: int) -> tuple[int, int] | None:
    while start < end and "source-skip" in words[start].classes:
        start += 1
    stop = _end_of_phrase(words, start, end)
    while stop > start and "source-tail" in words[stop - 1].classes:
        stop -= 1
    return (start, stop) if stop > start else None


def source_type(phrase: Sequence[Word]) -> SourceType:
    """Return the type of a source by the nouns of its phrase, the first that tells winning."""
    named = any("capital" in word.classes for word in phrase[1:])
    for word in phrase:
        classes = word.classes
        if "source-anonymous" in classes:
            return "anonymous"
        if "source-document" in classes:
            return "document"
        if "source-public" in classes:
            return "public"
        if "source-unless-named" in classes:
            return "named" if named else "anonymous"
        if "source-named" in classes:
            return "named"
    if not named and phrase and "indefinite" in phrase[0].classes:
        return "anonymous"
    return "named"
