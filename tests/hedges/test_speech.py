"""Direct speech is found whatever marks it is in."""

from __future__ import annotations

import pytest

from streams.analysis.hedges.cues import read
from streams.analysis.hedges.grammar import load
from streams.analysis.hedges.speech import find_speech


def quoted(text: str) -> list[str]:
    return [text[start:end] for start, end in find_speech(text).spans]


@pytest.mark.parametrize(
    ("text", "stretches"),
    [
        ("«Piove», ha detto.", ["Piove"]),
        ("“It rains,” he said.", ["It rains,"]),
        ("„Es regnet“, sagte er.", ["Es regnet"]),
        ("»Es regnet«, sagte er.", ["Es regnet"]),
        ('Ha detto: "Piove". E poi: "Nevica".', ["Piove", "Nevica"]),
        ("He said 'it rains' and left.", ["it rains"]),
        ("He said ‘it’s wet’ and left.", ["it’s wet"]),
        ("«Piove. E poi nevica. Forse»", ["Piove. E poi nevica. Forse"]),
        ("«Piove\nFuori nevica.", ["Piove"]),
        ("Piove», ha detto.", ["Piove"]),
        ('Ha detto " piove " e basta.', [" piove "]),
        ('Oggi "piove. Domani "nevica" e basta.', ["piove.", "nevica"]),
        ("«Piove. Poi ha aggiunto: «Nevica».", ["Piove.", "Nevica"]),
        ("«Piove. " + "Il resto è del cronista. " * 20, ["Piove."]),
        ("The dogs' bowl isn't John's", []),
        ("L'azienda dell'auto", []),
        ("Gli anni '90 e '80 in Italia", []),
    ],
)
def test_quotations(text: str, stretches: list[str]) -> None:
    assert quoted(text) == stretches


def test_inset_of_the_writer_is_no_speech() -> None:
    grammar = load("it")
    assert grammar is not None
    text = "«Partiamo – ha detto Rossi – domani»"
    speech = read(text, grammar).speech
    assert [text[start:end] for start, end in speech.spans] == ["Partiamo ", " domani"]
    assert speech.holds(text.index("Partiamo"))
    assert not speech.holds(text.index("ha detto"))
    assert speech.holds(text.index("domani"))
