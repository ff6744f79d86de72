"""The Italian conditional: every person, regular and irregular, and what looks like it."""

from __future__ import annotations

import pytest

from streams.analysis.hedges.grammar import load
from streams.analysis.hedges.morphology import compare, words


@pytest.mark.parametrize(
    "form",
    [
        "parlerei",
        "parleresti",
        "parlerebbe",
        "parleremmo",
        "parlereste",
        "parlerebbero",
        "finirei",
        "finirebbe",
        "crederebbero",
        "avrei",
        "avresti",
        "avrebbe",
        "avremmo",
        "avreste",
        "avrebbero",
        "sarebbe",
        "sarebbero",
        "potrei",
        "potrebbe",
        "dovremmo",
        "vorreste",
        "andrebbe",
        "farebbe",
        "darebbe",
        "starebbe",
        "verrebbe",
        "terrebbe",
        "rimarrebbe",
        "berrebbe",
        "condurrebbe",
        "porrebbe",
        "trarrebbe",
        "vedrebbe",
        "saprebbe",
        "vivrebbe",
        "cadrebbe",
        "crescerebbe",
        "Sarebbe",
        "AVREBBERO",
    ],
)
def test_conditional(form: str) -> None:
    grammar = load("it")
    assert grammar is not None
    assert "cond" in grammar.word(form).classes


@pytest.mark.parametrize(
    "form",
    [
        "crebbe",
        "crebbero",
        "accrebbe",
        "accrebbero",
        "decrebbe",
        "rincrebbe",
        "increbbe",
        "ebrei",
        "aerei",
        "eritrei",
        "arresti",
        "foresti",
        "correste",
        "corremmo",
        "Calamandrei",
        "febbre",
        "febbri",
        "rebbio",
    ],
)
def test_not_conditional(form: str) -> None:
    grammar = load("it")
    assert grammar is not None
    assert "cond" not in grammar.word(form).classes


def test_treebank_is_compared() -> None:
    grammar = load("it")
    assert grammar is not None
    lines = [
        "# text = Crebbe e sarebbe\n",
        "1\tCrebbe\tcrescere\tVERB\t_\tMood=Ind|Tense=Past\t_\t_\t_\t_\n",
        "2-3\tesarebbe\t_\t_\t_\t_\t_\t_\t_\t_\n",
        "3\tsarebbe\tessere\tAUX\t_\tMood=Cnd|Tense=Pres\t_\t_\t_\t_\n",
        "4\tporta\tportare\tVERB\t_\tMood=Cnd\t_\t_\t_\t_\n",
        "\n",
    ]
    counts, wrong, missed = compare(words(lines), grammar)
    assert (counts.right, counts.wrong, counts.missed) == (1, 0, 1)
    assert not wrong
    assert dict(missed) == {"porta": 1}
