"""The best segmentation by a small vocabulary worked out by hand."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.analysis.entities.unigram import START_OF_WORD, Unigram

PIECES = [
    ("", 0.0),
    (START_OF_WORD, -2.0),
    (START_OF_WORD + "ro", -3.0),
    ("ma", -3.0),
    ("r", -5.0),
    ("o", -5.0),
    ("m", -5.0),
    ("a", -5.0),
    ("roma", -4.5),
]
UNKNOWN = 0


@pytest.fixture(scope="module")
def unigram() -> Unigram:
    return Unigram(PIECES, UNKNOWN)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("roma", [2, 3]),
        ("aroma", [7, 8]),
        ("a", [7]),
        ("x", [UNKNOWN]),
        ("rox", [2, UNKNOWN]),
        ("", []),
    ],
)
def test_a_word_is_cut_into_its_most_probable_pieces(
    unigram: Unigram, word: str, expected: list[int]
) -> None:
    assert unigram.encode(word) == expected


@given(st.text(alphabet="roma", min_size=1, max_size=8))
def test_no_other_segmentation_is_more_probable(word: str) -> None:
    scores = dict(PIECES[1:])
    text = START_OF_WORD + word
    best = max(
        sum(scores[text[start:end]] for start, end in itertools.pairwise((0, *cuts, len(text))))
        for count in range(len(text))
        for cuts in itertools.combinations(range(1, len(text)), count)
        if all(
            text[start:end] in scores for start, end in itertools.pairwise((0, *cuts, len(text)))
        )
    )
    ids = Unigram(PIECES, UNKNOWN).encode(word)
    if not PIECES[ids[0]][0].startswith(START_OF_WORD):
        ids = [1, *ids]
    assert math.isclose(sum(PIECES[piece][1] for piece in ids), best)
    assert "".join(PIECES[piece][0] for piece in ids) == text
