"""Words in pieces of the shipped vocabulary."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sentencepiece import SentencePieceProcessor

from streams.analysis.entities.tagger import MODELS
from streams.analysis.entities.units import normal_form
from streams.analysis.entities.vocabulary import PIECES_PER_UNIT, UNKNOWN, Vocabulary, segment

VOCABULARY = Vocabulary(MODELS)
PROCESSOR = SentencePieceProcessor(model_file=str(MODELS / "vocabulary.model"))
RARE = "\N{CUNEIFORM SIGN A}"
LETTERS = "abcdefghilmnoprstuvzàèéìòùüñç"


@given(st.text(alphabet=LETTERS + LETTERS.upper() + "-'0123456789", min_size=1, max_size=12))
def test_the_pieces_of_a_word_spell_it(word: str) -> None:
    ids = VOCABULARY.pieces(word)
    assert UNKNOWN not in ids
    spelled = "".join(PROCESSOR.id_to_piece(piece) for piece in ids)
    assert spelled.removeprefix("\u2581") == normal_form(word)


@given(st.text(alphabet=LETTERS, min_size=2, max_size=12))
def test_no_piece_is_split_where_it_may_stay_whole(word: str) -> None:
    ids = VOCABULARY.pieces(word)
    whole = PROCESSOR.piece_to_id("\u2581" + word)
    assert whole == UNKNOWN or ids == (whole,)


@pytest.mark.parametrize(
    ("unit", "known"),
    [("Roma", True), (RARE, False), ("\ud800", False), ("\N{SOFT HYPHEN}", False)],
)
def test_what_has_no_piece_is_unknown(unit: str, known: bool) -> None:
    assert (VOCABULARY.pieces(unit) != (UNKNOWN,)) is known


def test_the_mark_of_a_words_start_is_no_piece_of_its_own() -> None:
    mark = PROCESSOR.piece_to_id("\u2581")
    assert PROCESSOR.encode(RARE) == [mark, UNKNOWN]
    assert segment(PROCESSOR, RARE) == [UNKNOWN]


def test_of_a_long_unit_only_the_beginning_is_read() -> None:
    assert len(VOCABULARY.pieces("https://example.org/" + "x9k" * 200)) == PIECES_PER_UNIT


def test_there_is_an_embedding_for_each_piece() -> None:
    assert VOCABULARY.embeddings.shape == (PROCESSOR.get_piece_size(), 384)
