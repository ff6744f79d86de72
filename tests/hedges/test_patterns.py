"""The language of token patterns."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from streams.analysis.hedges.patterns import LocalPattern, Pattern, PatternError


@dataclass(frozen=True)
class Word:
    raw: str
    classes: frozenset[str] = field(default_factory=frozenset)

    @property
    def key(self) -> str:
        return self.raw.lower()


CLASSES = {"red": "colour", "green": "colour", "very": "adverb", "quite": "adverb"}


def tokens(text: str) -> list[Word]:
    return [
        Word(raw, frozenset({CLASSES[raw.lower()]} if raw.lower() in CLASSES else ()))
        for raw in text.split()
    ]


def find(source: str, text: str) -> list[str]:
    """Return the cues of a pattern, tried at every token that can be its anchor."""
    pattern = Pattern(source, {"mid": "(@adverb|,)"}, lambda name: len(name.partition("@")[0]))
    words = tokens(text)
    found = []
    for at, word in enumerate(words):
        if word.key in pattern.anchor_words or pattern.anchor_classes & word.classes:
            match = pattern.match(words, at, 0, len(words))
            if match:
                found.append(" ".join(w.raw for w in words[match.cue_start : match.cue_end]))
    return found


@pytest.mark.parametrize(
    ("pattern", "text", "cues"),
    [
        ("apple", "an Apple and an apple", ["Apple", "apple"]),
        ("Apple", "an Apple and an apple", ["Apple"]),
        ("@colour apple", "a red apple , a blue apple", ["red apple"]),
        ("apple|pear tart", "apple tart , pear tart , plum tart", ["apple tart", "pear tart"]),
        ("a @adverb? @colour", "a red ; a very red ; a very very red", ["a red", "a very red"]),
        ("a @adverb* @colour", "a very very quite green", ["a very very quite green"]),
        ("@colour+ apple", "red green apple", ["red green apple"]),
        ("a _{1,2} pie", "a pie , a big pie , a very big pie", ["a big pie", "a very big pie"]),
        ("!red apple", "red apple , big apple", ["apple"]),
        ("apple !red|blue", "apple red , apple pie", ["apple"]),
        ("^ apple", "apple and apple", ["apple"]),
        ("apple $", "apple and apple", ["apple"]),
        ("(red apple|green pear) tart", "red apple tart , green apple tart", ["red apple tart"]),
        ("a [ %mid{0,2} red ] apple", "a very , red apple", ["very , red"]),
    ],
)
def test_pattern_finds(pattern: str, text: str, cues: list[str]) -> None:
    assert find(pattern, text) == cues


def test_source_is_marked() -> None:
    pattern = Pattern("[ according to ] <source> the", {}, len)
    match = pattern.match(tokens("so according to the king"), 1, 0, 5)
    assert match is not None
    assert (match.cue_start, match.cue_end, match.source) == (1, 3, 3)


def test_anchor_is_the_rarest_word() -> None:
    pattern = Pattern("it is understood that", {}, len)
    assert pattern.anchor_words == {"understood"}
    assert find("it is understood that", "now it is understood that") == ["it is understood that"]


@pytest.mark.parametrize(
    "source", ["a (b", "a ) b", "", "b?", "_", "%nothing x", "(a|", "!x", "a {2}"]
)
def test_pattern_that_cannot_be_read(source: str) -> None:
    with pytest.raises(PatternError):
        Pattern(source, {}, len)


def test_local_pattern_is_tried_where_it_is_asked_for() -> None:
    words = tokens("the red apple pie")
    assert LocalPattern("red apple", {}).fits_at(words, 1, 0, 4)
    assert not LocalPattern("red apple", {}).fits_at(words, 2, 0, 4)
    assert LocalPattern("the [ red ]", {}).fits_at(words, 1, 0, 4)
    assert not LocalPattern("^ [ red ]", {}).fits_at(words, 1, 0, 4)
    assert LocalPattern("^ [ red ]", {}).fits_at(words, 1, 1, 4)
    assert LocalPattern("the red", {}).ends_at(words, 2, 0)
    assert not LocalPattern("the red", {}).ends_at(words, 2, 1)
