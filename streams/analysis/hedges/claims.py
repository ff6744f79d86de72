"""Claims: the clauses that a writer leaves open, each with what was said to hold it open.

A clause runs from the subject of the hedged verb, or from the last word that opens a clause
before the cue, to the next word or mark that closes one. Hedges over one clause share a claim.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.analysis.hedges.sources import subject_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.analysis.hedges.cues import Cue
    from streams.analysis.hedges.grammar import Word

_FARTHEST = 60  # tokens between a cue and the end of its clause, either way


def clause(words: Sequence[Word], cue: Cue, first: int, last: int) -> tuple[int, int]:
    """Return the tokens, end-exclusive, of the clause that a cue leaves open."""
    start = cue.match.cue_start
    subject = subject_before(words, start, first)
    if subject is not None:
        start = subject[0]
    else:
        floor = max(first, start - _FARTHEST)
        while start > floor and words[start - 1].classes.isdisjoint(_EDGES):
            start -= 1
    end = cue.match.cue_end
    limit = min(last, end + _FARTHEST)
    if end < limit and "relative" in words[end].classes:
        end += 1
    while end < limit and words[end].classes.isdisjoint(_EDGES):
        end += 1
    while (
        end > cue.match.cue_end
        and "word" not in words[end - 1].classes
        and ("number" not in words[end - 1].classes)
    ):
        end -= 1
    return start, end


_EDGES = frozenset({"clause-start", "break"})


def predicate(words: Sequence[Word], cue: Cue, start: int, end: int) -> tuple[int, int]:
    """Return the tokens of the clause's verb group: the cue's own, or the first in the clause."""
    at = cue.match.cue_start
    if not any("finite" in word.classes for word in words[at : cue.match.cue_end]):
        at = next((i for i in range(start, end) if "finite" in words[i].classes), -1)
        if at < 0:
            return cue.match.cue_start, cue.match.cue_end
        stop = at + 1
    else:
        stop = cue.match.cue_end
    reach = stop
    while reach < end and not words[reach].classes.isdisjoint(_VERBAL):
        reach += 1
        if "adverb" not in words[reach - 1].classes:
            stop = reach
    return at, stop


_VERBAL = frozenset({"adverb", "participle", "infinitive"})
