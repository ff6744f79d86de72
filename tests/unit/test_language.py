"""Language identification."""

from __future__ import annotations

import pytest

from streams.analysis.document import read_document
from streams.analysis.language import UNKNOWN, identify_language, primary_subtag


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Il consiglio comunale si riunirà giovedì per discutere il bilancio."),
        ("en", "The town council will meet on Thursday to discuss the budget."),
        ("fr", "Le conseil municipal se réunira jeudi pour discuter du budget."),
        ("es", "El ayuntamiento se reunirá el jueves para debatir el presupuesto."),
        ("de", "Der Stadtrat tritt am Donnerstag zusammen, um den Haushalt zu beraten."),
        ("pt", "A câmara municipal reúne-se na quinta-feira para discutir o orçamento."),
    ],
)
def test_the_six_languages_are_told_apart(language: str, text: str) -> None:
    assert identify_language(None, text) == language


def test_a_text_without_letters_has_no_language() -> None:
    assert identify_language("2:1", "😂 12.5 – 3") == UNKNOWN


def test_a_given_language_is_kept() -> None:
    assert read_document(None, "The council will meet.", "tlh").language == "tlh"


@pytest.mark.parametrize(("tag", "expected"), [("pt-BR", "pt"), ("PT_br", "pt"), ("de", "de")])
def test_the_primary_subtag_chooses_the_grammar(tag: str, expected: str) -> None:
    assert primary_subtag(tag) == expected
