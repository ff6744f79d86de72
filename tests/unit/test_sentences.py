"""Sentences: their ends, and offsets that are true for any text."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streams.analysis.document import read_document
from streams.analysis.language import SUPPORTED
from streams.analysis.sentences import MAX_SENTENCE, split_sentences


def texts(text: str, language: str = "it") -> list[str]:
    return [span.text for span in split_sentences("text", text, language)]


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("it", ["Il sig. Verdi è partito.", "Tornerà lunedì?", "Forse!"]),
        ("it", ["Ne parla A. Grasso sul giornale.", "Nel 44 a. C. morì Cesare."]),
        ("en", ["Mr. Reed met J. K. Lowe in the U.S. last week.", "They talked."]),
        ("fr", ["M. Petit est arrivé.", "« Bonjour », a-t-il dit."]),
        ("es", ["El Sr. Ruiz llegó.", "¿Quién lo sabía?", "Nadie."]),
        ("de", ["Dr. Vogel kam am 3. Mai an.", "Er blieb."]),
        ("pt", ["O Dr. Lima chegou.", "Ninguém sabia."]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(language: str, sentences: list[str]) -> None:
    assert texts(" ".join(sentences), language) == sentences


def test_a_line_without_a_full_stop_is_a_sentence() -> None:
    assert texts("Un titolo\nIl testo comincia. E va avanti\n\nFine") == [
        "Un titolo",
        "Il testo comincia.",
        "E va avanti",
        "Fine",
    ]


def test_hard_wrapped_lines_go_on() -> None:
    wrapped = (
        "La notizia è arrivata\nnella notte e nessuno\nl'ha confermata.\n\n"
        "Seconda parte\ndel testo."
    )
    assert texts(wrapped) == [
        "La notizia è arrivata\nnella notte e nessuno\nl'ha confermata.",
        "Seconda parte\ndel testo.",
    ]


@pytest.mark.parametrize("unit", ["parola ", "a. ", "«a ", "x"])
def test_a_megabyte_without_an_end_is_cut(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    spans = split_sentences("text", text, "it")
    assert max(len(span.text) for span in spans) <= MAX_SENTENCE
    assert "".join(span.text for span in spans).replace(" ", "") == text.replace(" ", "")


@given(text=st.text(), title=st.none() | st.text(), language=st.sampled_from(SUPPORTED))
@example(text="Due.\u2028Tre. 👩‍👩‍👧 \r\n\r\n e\u0301.", title="\u3000a ", language="it")
def test_spans_equal_their_text(text: str, title: str | None, language: str) -> None:
    document = read_document(title, text, language)
    position = {"title": 0, "text": 0}
    for span in document.sentences:
        assert document.field(span.field)[span.start : span.end] == span.text
        assert span.text == span.text.strip()
        assert span.text
        assert span.start >= position[span.field]
        position[span.field] = span.end
    covered = "".join(span.text for span in document.sentences)
    assert "".join(covered.split()) == "".join(f"{title or ''} {text}".split())


def test_a_title_is_one_sentence_and_the_first() -> None:
    document = read_document(" Crolla il ponte. Due feriti ", "Il ponte è crollato.", "it")
    assert [(span.field, span.start, span.text) for span in document.sentences] == [
        ("title", 1, "Crolla il ponte. Due feriti"),
        ("text", 0, "Il ponte è crollato."),
    ]
