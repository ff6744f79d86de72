"""Cues: what the rules of a language find in a sentence, and what they turn down.

Every rule is tried where one of its patterns is anchored; a match is then read in its
sentence, and turned down if a context says that the form has another reading there
(hypothesis, future in the past, obligation, …). What is left is taken in the order of the
rules, one cue for each stretch.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streams.analysis.hedges.speech import Speech, find_speech, without_insets
from streams.analysis.hedges.tokens import Tokens, tokenize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.analysis.hedges.grammar import Context, Grammar, Rule, Where
    from streams.analysis.hedges.patterns import Match


@dataclass(frozen=True, slots=True)
class Text:
    """A field, ready to be searched."""

    tokens: Tokens
    speech: Speech


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue that counts: its rule and where it matched."""

    rule: Rule
    match: Match
    in_quote: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """A match that does not count, and why."""

    rule: Rule
    match: Match
    reason: str


def read(text: str, grammar: Grammar) -> Text:
    """Tokenize a field and find its direct speech."""
    tokens = tokenize(text, grammar)
    return Text(tokens, without_insets(find_speech(text), tokens, grammar.insets))


def find_cues(
    text: Text, first: int, last: int, grammar: Grammar
) -> tuple[list[Cue], list[Refusal]]:
    """Return the cues of the sentence ``tokens[first:last]`` in order, and what was refused."""
    candidates = _candidates(text, first, last)
    if not candidates:
        return [], []
    reading = _Reading(text, first, last, grammar)
    cues: list[Cue] = []
    refusals: list[Refusal] = []
    taken: set[int] = set()
    for rule, match in candidates:
        cue_tokens = range(match.cue_start, match.cue_end)
        if not taken.isdisjoint(cue_tokens):
            refusals.append(Refusal(rule, match, "another cue holds these words"))
        elif reason := reading.objection(rule, match):
            refusals.append(Refusal(rule, match, reason))
        else:
            taken.update(cue_tokens)
            reading.note(rule, match)
            cues.append(Cue(rule, match, reading.quoted(match.cue_start)))
    cues.sort(key=lambda cue: cue.match.cue_start)
    return cues, refusals


def _candidates(text: Text, first: int, last: int) -> list[tuple[Rule, Match]]:
    words = text.tokens.words
    found = [
        (rule, match)
        for at in range(first, last)
        if words[at].rules
        for rule, pattern in words[at].rules
        if (match := pattern.match(words, at, first, last)) is not None
    ]
    found.sort(key=lambda pair: (pair[0].order, pair[1].cue_start - pair[1].cue_end))
    return found


class _Marks:
    """Where one context was found, inside or outside direct speech, for quick looking up."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def add(self, mark: Match) -> None:
        insort(self._starts, mark.cue_start)
        insort(self._ends, mark.cue_end)

    def stand(self, where: Where, cue: Match, breaks: Sequence[int]) -> bool:
        """Tell whether one of the marks stands where the context has to, seen from the cue."""
        starts, ends = self._starts, self._ends
        before = bisect_right(ends, cue.cue_start)
        after = bisect_left(starts, cue.cue_end)
        match where:
            case "sentence":
                return bool(starts)
            case "before":
                return before > 0
            case "after":
                return after < len(starts)
            case "governing":
                return before > 0 and not _among(breaks, ends[before - 1], cue.cue_start)
            case _:  # clause
                return (
                    after > before
                    or (before > 0 and not _among(breaks, ends[before - 1], cue.cue_start))
                    or (after < len(starts) and not _among(breaks, cue.cue_end, starts[after]))
                )


class _Reading:
    """The contexts of one sentence."""

    def __init__(self, text: Text, first: int, last: int, grammar: Grammar) -> None:
        self._text = text
        self._first = first
        self._last = last
        self._grammar = grammar
        self._marks: dict[tuple[str, bool], _Marks] = {}
        self._breaks: list[int] = []
        self._searched = False

    def _search(self) -> None:
        """Find the contexts that can stand anywhere; most sentences never ask for them."""
        words = self._text.tokens.words
        for at in range(self._first, self._last):
            if "break" in words[at].classes:
                self._breaks.append(at)
            for context, pattern in words[at].contexts:
                match = pattern.match(words, at, self._first, self._last)
                if match is not None:
                    self._add(context, match)
        self._searched = True

    def _add(self, context: Context, mark: Match) -> None:
        place = context.name, self.quoted(mark.cue_start)
        self._marks.setdefault(place, _Marks()).add(mark)

    def quoted(self, at: int) -> bool:
        """Tell whether the token is in direct speech."""
        return self._text.speech.holds(self._text.tokens.starts[at])

    def note(self, rule: Rule, match: Match) -> None:
        """Let a cue that was found be a context for the rules after it."""
        for context in rule.contexts:
            self._add(context, match)

    def objection(self, rule: Rule, match: Match) -> str | None:
        """Return why the match does not count, or None."""
        for name in rule.unless:
            if self._holds(name, match):
                return name
        if rule.when and not any(self._holds(name, match) for name in rule.when):
            return "without " + " or ".join(rule.when)
        return None

    def _holds(self, name: str, cue: Match) -> bool:
        context = self._grammar.contexts[name]
        if context.local:
            return self._beside(context, cue)
        if not self._searched:
            self._search()
        marks = self._marks.get((name, self.quoted(cue.cue_start)))
        return marks is not None and marks.stand(context.where, cue, self._breaks)

    def _beside(self, context: Context, cue: Match) -> bool:
        words, first, last = self._text.tokens.words, self._first, self._last
        match context.where:
            case "left":
                return any(p.ends_at(words, cue.cue_start, first) for p in context.local)
            case "right":
                return any(p.fits_at(words, cue.cue_end, first, last) for p in context.local)
            case _:
                return any(
                    p.fits_at(words, at, first, last)
                    for p in context.local
                    for at in range(cue.cue_start, cue.cue_end)
                )


def _among(values: Sequence[int], start: int, end: int) -> bool:
    at = bisect_left(values, start)
    return at < len(values) and values[at] < end
