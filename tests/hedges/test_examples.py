"""Every example in a grammar file is what its rule finds, and no counterexample is."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from streams.analysis.hedges import explain
from streams.analysis.hedges.grammar import Rule, load

LANGUAGES = sorted(
    file.name.removesuffix(".toml")
    for file in resources.files("streams.analysis.hedges").iterdir()
    if file.name.endswith(".toml")
)


def rules() -> list[tuple[str, Rule]]:
    found = []
    for language in LANGUAGES:
        grammar = load(language)
        assert grammar is not None
        found += [(language, rule) for rule in grammar.rules]
    return found


def cues(text: str, language: str, rule: str) -> list[str]:
    return [hedge.text for hedge in explain(text, language).hedges if hedge.rule == rule]


@pytest.mark.parametrize(
    ("language", "rule"), rules(), ids=lambda value: getattr(value, "name", value)
)
def test_rule_reads_its_examples(language: str, rule: Rule) -> None:
    assert rule.examples
    assert rule.counterexamples
    for example in rule.examples:
        expected = re.findall(r"\[([^\]]+)\]", example)
        assert cues(re.sub(r"[\[\]]", "", example), language, rule.name) == expected
    for example in rule.counterexamples:
        assert cues(example, language, rule.name) == []


def test_both_base_languages_are_there() -> None:
    assert {"en", "it"} <= set(LANGUAGES)
