"""Units cover all that is not space, and do not depend on how a text is spaced."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.analysis.entities.units import MAX_UNIT, normal_form, spellings, split


def texts(sentence: str) -> list[str]:
    return [unit.text for unit in split(sentence)]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("dell'Agenzia", ["dell", "'", "Agenzia"]),
        ("l’Onu", ["l", "’", "Onu"]),
        ("Jean-Claude", ["Jean", "-", "Claude"]),
        ("10.000 GPU, 3,5%", ["10.000", "GPU", ",", "3,5", "%"]),
        ("U.S. e G8", ["U", ".", "S", ".", "e", "G8"]),
        ("#ElonMusk @elon_musk", ["#", "ElonMusk", "@", "elon", "_", "musk"]),
        ("nell’era… !!!", ["nell", "’", "era", "…", "!!!"]),
        ("Dellâ€™Unione", ["Dell", "â€™", "Unione"]),
        ("caffe\u0301 \u2014 si\u0300", ["caffe\u0301", "\u2014", "si\u0300"]),
        ("👍🏽 ok", ["👍", "🏽", "ok"]),
        (" \t\n", []),
    ],
)
def test_a_sentence_is_cut_at_spaces_and_signs(sentence: str, expected: list[str]) -> None:
    assert texts(sentence) == expected


@pytest.mark.parametrize(
    ("unit", "form"),
    [
        ("’", "'"),
        ("“", '"'),
        ("â€™", "'"),
        ("â€œ", '"'),
        ("â€", '"'),
        ("—", "-"),
        ("!!!", "!"),
        ("ﬁne", "fine"),
        ("caffe\u0301", "caffé"),
        ("Unter\u00adnehmen", "Unternehmen"),
    ],
)
def test_the_model_reads_plain_characters(unit: str, form: str) -> None:
    assert normal_form(unit) == form


@given(st.text())
def test_units_are_the_text_without_its_spaces(sentence: str) -> None:
    units = split(sentence)
    assert all(sentence[unit.start : unit.end] == unit.text for unit in units)
    assert all(0 < len(unit.text) <= MAX_UNIT for unit in units)
    assert all(before.end <= after.start for before, after in pairwise(units))
    assert "".join(texts(sentence)) == "".join(sentence.split())


@given(st.text(min_size=1))
def test_every_unit_has_a_form(sentence: str) -> None:
    for unit in split(sentence):
        assert not any(character.isspace() for character in normal_form(unit.text))


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("L'ONU A ROMA", ["L", "'", "Onu", "A", "Roma"]),
        ("L'ONU a Roma", ["L", "'", "ONU", "a", "Roma"]),
        ("1996-08-22", ["1996", "-", "08", "-", "22"]),
    ],
)
def test_a_sentence_in_capitals_is_read_with_first_capitals(
    sentence: str, expected: list[str]
) -> None:
    assert spellings(sentence, split(sentence)) == expected
