"""The tags that the networks give to units, and the best well-formed sequences of them.

The scheme is BIOES (Ratinov & Roth 2009): a unit is outside, or begins, continues, ends or
alone makes an entity of some type. Only sequences that the scheme allows are decoded, so that
every result is a list of entities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, get_args

import numpy as np

from streams.analysis.types import EntityType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

TYPES: tuple[EntityType, ...] = get_args(EntityType)
TAGS: tuple[str, ...] = ("O", *(f"{prefix}-{kind}" for kind in TYPES for prefix in "BIES"))


class Mention(NamedTuple):
    """An entity over the units ``start`` to ``end`` of a sentence, end-exclusive.

    ``confidence`` is the geometric mean of its tags' probabilities.
    """

    start: int
    end: int
    type: EntityType
    confidence: float


def _may_follow(before: str, after: str) -> bool:
    is_open = before[0] in "BI"
    return is_open == (after[0] in "IE") and (not is_open or before[2:] == after[2:])


_ALLOWED = np.array([[_may_follow(before, after) for after in TAGS] for before in TAGS])
_PENALTY = np.where(_ALLOWED, 0, -np.inf).astype(np.float32)
_OUTSIDE = TAGS.index("O")
_BEGINS = np.array([tag[0] in "BS" for tag in TAGS])
_ENDS = np.array([tag[0] in "ES" for tag in TAGS])
_BORDER = np.where(np.arange(len(TAGS)) == _OUTSIDE, 0, -np.inf).astype(np.float32)[None]


def decode(sentences: Sequence[NDArray[np.float32]]) -> list[list[Mention]]:
    """Return the entities of each sentence from its log-probabilities, [units, tags]."""
    # All sentences in one row, with an outside before, between and after them.
    scores = np.concatenate([_BORDER, *(part for one in sentences for part in (one, _BORDER))])
    borders = np.cumsum([0, *(len(sentence) + 1 for sentence in sentences)])
    # The most probable tags are the best sequence wherever they are well-formed, which is
    # nearly always; only the other sentences need a search.
    tags = scores.argmax(axis=1)
    wrong = np.flatnonzero(~_ALLOWED[tags[:-1], tags[1:]])
    for number in set((np.searchsorted(borders, wrong, side="right") - 1).tolist()):
        span = slice(borders[number] + 1, borders[number + 1])
        tags[span] = _viterbi(scores[span])

    sums = np.cumsum(scores[np.arange(len(tags)), tags], dtype=np.float64)
    starts = np.flatnonzero(_BEGINS[tags])
    lasts = np.flatnonzero(_ENDS[tags])
    confidences = np.exp((sums[lasts] - sums[starts - 1]) / (lasts - starts + 1))
    owners = np.searchsorted(borders, starts) - 1
    offsets = borders[owners] + 1
    found: list[list[Mention]] = [[] for _ in sentences]
    for owner, start, last, tag, confidence in zip(
        owners.tolist(),
        (starts - offsets).tolist(),
        (lasts - offsets).tolist(),
        tags[starts].tolist(),
        confidences.tolist(),
        strict=True,
    ):
        found[owner].append(Mention(start, last + 1, TYPES[(tag - 1) // 4], confidence))
    return found


def _viterbi(scores: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return the best well-formed tags for one sentence's scores."""
    best = _PENALTY[_OUTSIDE] + scores[0]
    arrivals = np.empty((len(scores), len(TAGS)), np.int8)
    for position in range(1, len(scores)):
        paths = best[:, None] + _PENALTY
        arrivals[position] = paths.argmax(axis=0)
        best = paths.max(axis=0) + scores[position]
    tags = np.empty(len(scores), np.intp)
    tags[-1] = (best + _PENALTY[:, _OUTSIDE]).argmax()
    for position in range(len(scores) - 1, 0, -1):
        tags[position - 1] = arrivals[position, tags[position]]
    return tags
