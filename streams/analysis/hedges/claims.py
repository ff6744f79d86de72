"""Claims: the clauses that a writer leaves open, each with the hedges over it.

A clause runs from the subject of the hedged verb, or from the last word that opens a clause
before the cue, to the next word or mark that closes one. Hedges over one clause share a claim;
an attribution is over the clause that it stands next to.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streams.analysis.hedges.sources import subject_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.analysis.hedges.cues import Cue
    from streams.analysis.hedges.grammar import Word

_FARTHEST = 60  # tokens between a cue and the end of its clause, either way
_EDGES = frozenset({"clause-start", "break"})
_COMPLEMENTIZERS = frozenset({"complementizer", "relative"})
_VERBAL = frozenset({"adverb", "participle", "infinitive"})


@dataclass(frozen=True, slots=True)
class Clause:
    """An open clause in token indices, end-exclusive.

    ``subject`` and ``predicate`` are token ranges too; ``cues`` are indices into the
    sentence's cues.
    """

    start: int
    end: int
    subject: tuple[int, int] | None
    predicate: tuple[int, int]
    cues: tuple[int, ...]


def open_clauses(
    words: Sequence[Word], cues: Sequence[Cue], opening: Sequence[bool], first: int, last: int
) -> list[Clause]:
    """Return the clauses that the cues of the sentence ``words[first:last]`` leave open.

    ``opening[i]`` tells whether ``cues[i]`` makes its sentence hedged. The clauses come in
    order and do not overlap.
    """
    groups: list[_Group] = []
    for at, cue in enumerate(cues):
        if not opening[at]:
            continue
        start, end, subject = _bounds(words, cue, first, last)
        if groups and start < groups[-1].end:
            group = groups[-1]
            group.start, group.end = min(start, group.start), max(end, group.end)
            group.subject = group.subject or subject
            group.predicate = group.predicate or _predicate(words, cue, start, end)
        else:
            predicate = _predicate(words, cue, start, end)
            groups.append(
                _Group(start, end, subject, predicate, (cue.match.cue_start, cue.match.cue_end))
            )
    starts = [cue.match.cue_start for cue in cues]
    return [
        Clause(
            group.start,
            group.end,
            group.subject,
            group.predicate or group.cue,
            tuple(at for at in _over(words, cues, starts, group) if not cues[at].in_quote),
        )
        for group in groups
    ]


@dataclass(slots=True)
class _Group:
    """A clause while the cues over it are being gathered, the first of them ``cue``."""

    start: int
    end: int
    subject: tuple[int, int] | None
    predicate: tuple[int, int] | None
    cue: tuple[int, int]


def _bounds(
    words: Sequence[Word], cue: Cue, first: int, last: int
) -> tuple[int, int, tuple[int, int] | None]:
    start, end = cue.match.cue_start, cue.match.cue_end
    subject = subject_before(words, start, first)
    if subject is not None:
        start = subject[0]
    else:
        floor = max(first, start - _FARTHEST)
        while start > floor and words[start - 1].classes.isdisjoint(_EDGES):
            start -= 1
    limit = min(last, end + _FARTHEST)
    end = _past_complementizer(words, end, limit)
    while end < limit and words[end].classes.isdisjoint(_EDGES):
        end += 1
    while end > cue.match.cue_end and not _can_end(words[end - 1]):
        end -= 1
    while start < cue.match.cue_start and not _is_content(words[start]):
        start += 1
    return start, end, subject


def _past_complementizer(words: Sequence[Word], at: int, limit: int) -> int:
    """Return where the complement of a cue starts: *non è chiaro, infatti, se* ‹…›."""
    after = at
    while after < limit and ("adverb" in words[after].classes or words[after].key == ","):
        after += 1
    return after + 1 if after < limit and words[after].classes & _COMPLEMENTIZERS else at


def _can_end(word: Word) -> bool:
    return _is_content(word) and word.classes.isdisjoint({"preposition", "determiner"})


def _is_content(word: Word) -> bool:
    return "word" in word.classes or "number" in word.classes


def _predicate(words: Sequence[Word], cue: Cue, start: int, end: int) -> tuple[int, int] | None:
    """Return the clause's verb group: the cue's own verb with its complements, or the first.

    A clause may have none that is known, or none at all (*forse un guasto*).
    """
    begin, stop = cue.match.cue_start, cue.match.cue_end
    if not any("finite" in word.classes for word in words[begin:stop]):
        verb = next((at for at in range(start, end) if "finite" in words[at].classes), None)
        if verb is None:
            return None
        begin, stop = verb, verb + 1
    at = stop
    while at < end and not words[at].classes.isdisjoint(_VERBAL):
        at += 1
        if "adverb" not in words[at - 1].classes:
            stop = at
    return begin, stop


def _over(
    words: Sequence[Word], cues: Sequence[Cue], starts: Sequence[int], group: _Group
) -> list[int]:
    """Return the cues inside the clause and the attributions right before and after it."""
    low, high = bisect_left(starts, group.start), bisect_left(starts, group.end)
    over = list(range(low, high))
    for at in (low - 1, high):
        if 0 <= at < len(cues) and cues[at].rule.category == "attribution":
            gap = words[starts[at] : group.start] or words[group.end : starts[at]]
            if not any("break" in word.classes for word in gap):
                over.append(at)
    return sorted(over)
