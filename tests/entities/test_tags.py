"""Decoding gives the best well-formed sequence, whatever the scores."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.analysis.entities.tags import TAGS, decode

if TYPE_CHECKING:
    from numpy.typing import NDArray


def scores_for(*tags: str) -> NDArray[np.float32]:
    """Return log-probabilities that favour the given tags strongly."""
    rows = np.full((len(tags), len(TAGS)), np.log(0.001), np.float32)
    rows[range(len(tags)), [TAGS.index(tag) for tag in tags]] = np.log(0.984)
    return rows


def spans(*tags: str) -> list[tuple[int, int, str]]:
    (found,) = decode([scores_for(*tags)])
    return [mention[:3] for mention in found]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (("O", "S-PER", "O"), [(1, 2, "PER")]),
        (("B-ORG", "I-ORG", "E-ORG"), [(0, 3, "ORG")]),
        (("S-LOC", "S-LOC"), [(0, 1, "LOC"), (1, 2, "LOC")]),
        (("B-PER", "E-PER", "B-PER", "E-PER"), [(0, 2, "PER"), (2, 4, "PER")]),
        (("O", "O"), []),
        ((), []),
    ],
)
def test_well_formed_tags_are_read_as_they_are(
    tags: tuple[str, ...], expected: list[tuple[int, int, str]]
) -> None:
    assert spans(*tags) == expected


@st.composite
def some_scores(draw: st.DrawFn) -> NDArray[np.float32]:
    units = draw(st.integers(0, 3))
    seed = draw(st.integers(0, 2**32 - 1))
    rows = np.random.default_rng(seed).dirichlet(np.full(len(TAGS), 0.2), size=units)
    scores: NDArray[np.float32] = np.log(rows + 1e-9).astype(np.float32)
    return scores


def is_well_formed(tags: tuple[str, ...]) -> bool:
    inside = ""
    for tag in tags:
        if inside != (tag[2:] if tag[0] in "IE" else ""):
            return False
        inside = tag[2:] if tag[0] in "BI" else ""
    return not inside


@given(some_scores())
def test_no_well_formed_sequence_is_better(scores: NDArray[np.float32]) -> None:
    (found,) = decode([scores])
    best = max(
        (tags for tags in itertools.product(TAGS, repeat=len(scores)) if is_well_formed(tags)),
        key=lambda tags: sum(row[TAGS.index(tag)] for row, tag in zip(scores, tags, strict=True)),
    )
    expected = decode([scores_for(*best)])[0]
    assert [mention[:3] for mention in found] == [mention[:3] for mention in expected]


@given(st.lists(some_scores(), max_size=5))
def test_sentences_do_not_touch(sentences: list[NDArray[np.float32]]) -> None:
    assert decode(sentences) == [decode([sentence])[0] for sentence in sentences]


def test_confidence_is_the_mean_probability_of_the_tags() -> None:
    ((mention,),) = decode([scores_for("B-PER", "E-PER")])
    assert mention.confidence == pytest.approx(0.984, abs=1e-6)
