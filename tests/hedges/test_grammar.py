"""How a grammar file becomes a grammar, and what is wrong with one that is not well formed."""

from __future__ import annotations

from typing import Any

import pytest

from streams.analysis.hedges.grammar import GrammarError, load, parse
from streams.analysis.hedges.patterns import PatternError
from streams.analysis.hedges.tokens import tokenize

RULE = {"name": "perhaps", "category": "epistemic", "patterns": ["perhaps"]}


def grammar(**tables: Any) -> Any:
    return parse({"language": "xx", "rules": [RULE], **tables})


def test_classes_come_from_words_suffixes_verbs_and_classes() -> None:
    built = grammar(
        paradigms={"er": {"ending": "er", "present": "es et", "past": "ed"}},
        verbs={"gober": {"present": "goes", "past": "went"}},
        classes={
            "colour": {"words": "red green"},
            "adverb": {"suffixes": "ly", "except": "fly -mily"},
            "say": {"verbs": "parler gober"},
            "any": {"classes": "colour say.past"},
        },
    )
    classes = {
        word: sorted(built.word(word).classes - {"word"})
        for word in ("red", "slowly", "fly", "family", "parles", "parled", "went")
    }
    assert classes == {
        "red": ["any", "colour"],
        "slowly": ["adverb"],
        "fly": [],
        "family": [],
        "parles": ["say", "say.present"],
        "parled": ["any", "say", "say.past"],
        "went": ["any", "say", "say.past"],
    }


def test_longest_ending_is_the_paradigm() -> None:
    built = grammar(
        paradigms={
            "are": {"ending": "are", "present": "a"},
            "care": {"ending": "care", "present": "ca"},
            "isc": {"ending": "are", "lemmas": "finare", "present": "isce"},
        },
        classes={"say": {"verbs": "parlare indicare finare"}},
    )
    for form in ("parla", "indica", "finisce"):
        assert "say.present" in built.word(form).classes


@pytest.mark.parametrize(
    "tables",
    [
        {"rules": [RULE, RULE]},
        {"rules": [{**RULE, "category": "doubt"}]},
        {"rules": [{**RULE, "source": "somewhere"}]},
        {"rules": [{**RULE, "unless": ["nowhere"]}]},
        {"rules": [{**RULE, "patterns": ["@nothing"]}]},
        {"contexts": {"near": {"where": "near", "patterns": ["a"]}}},
        {"contexts": {"told": {"where": "before", "rules": ["told"]}}},
        {"classes": {"colour": {"word": "red"}}},
        {"classes": {"say": {"verbs": "dire"}}},
    ],
)
def test_grammar_that_is_not_well_formed(tables: dict[str, Any]) -> None:
    with pytest.raises(GrammarError):
        grammar(**tables)


def test_pattern_that_is_not_well_formed() -> None:
    with pytest.raises(PatternError):
        grammar(rules=[{**RULE, "patterns": ["(perhaps"]}])


@pytest.mark.parametrize(
    ("language", "text", "tokens"),
    [
        ("it", "L’azienda l'ha", ["L’", "azienda", "l'", "ha"]),
        ("it", "dell' arte", ["dell'", "arte"]),
        ("it", "E' vero: 'ciao'", ["E'", "vero", ":", "'", "ciao", "'"]),
        ("it", "ex-ministro – 10.000 GPU", ["ex-ministro", "–", "10.000", "GPU"]),
        ("it", "e\u0300 vero", ["e\u0300", "vero"]),
        ("en", "don't. Musk’s", ["don't", ".", "Musk’s"]),
    ],
)
def test_tokens(language: str, text: str, tokens: list[str]) -> None:
    built = load(language)
    assert built is not None
    found = tokenize(text, built)
    spans = zip(found.starts, found.ends, strict=True)
    assert [text[start:end] for start, end in spans] == tokens
    assert [word.raw for word in found.words] == tokens


def test_spelling_variants_are_one_word() -> None:
    built = load("it")
    assert built is not None
    assert {built.word(raw).key for raw in ("è", "È", "e'", "E’", "e\u0300")} == {"è"}
