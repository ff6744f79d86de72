"""From a document to its hedges, claims and hedge rate."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from streams.analysis.hedges.claims import open_clauses
from streams.analysis.hedges.cues import find_cues, read
from streams.analysis.hedges.grammar import load
from streams.analysis.hedges.sources import (
    antecedent,
    phrase_after,
    source_type,
    subject,
    with_apposition,
)
from streams.analysis.types import (
    Claim,
    Document,
    EntityHedging,
    EntityRef,
    Hedge,
    HedgeReport,
    Source,
    Span,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.analysis.hedges.claims import Clause
    from streams.analysis.hedges.cues import Cue, Text
    from streams.analysis.hedges.grammar import Grammar
    from streams.analysis.types import Entity, Field

_DOUBTING = frozenset({"reportive", "epistemic", "unconfirmed", "rumour"})
_UNNAMED = frozenset({"anonymous", "public"})


@dataclass(frozen=True, slots=True)
class Refused(Span):
    """A stretch that looked like a cue, the rule that found it and why it does not count."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What fired in a sentence, and what was considered and turned down, each in order."""

    hedges: tuple[Hedge, ...]
    refused: tuple[Refused, ...]


def spot(document: Document, entities: Sequence[Entity]) -> HedgeReport:
    """Return the hedges and claims of a document, and its hedge rate.

    ``entities`` are the document's own. A language without a grammar file gives an empty
    report. The categories and the sentence decision are those of the project's guideline on
    hedged reporting: an attribution hedges its sentence only if its source is not named.
    """
    grammar = load(document.language)
    if grammar is None:
        return HedgeReport((), (), 0.0)
    contents: dict[Field, _Content] = {}
    readings: list[_Reading] = []
    for index, span in enumerate(document.sentences):
        content = contents.get(span.field)
        if content is None:
            content = contents[span.field] = _content(document, span.field, grammar, entities)
        reading = _read(content, index, span, grammar, readings[-1] if readings else _NOTHING)
        if reading.source_of_previous is not None and readings:
            readings[-1] = _attribute(readings[-1], reading.source_of_previous)
        readings.append(reading)
    claims = tuple(claim for reading in readings for claim in reading.claims)
    hedged = sum(any(hedge.hedged for hedge in reading.hedges) for reading in readings)
    return HedgeReport(
        tuple(hedge for reading in readings for hedge in reading.hedges),
        claims,
        hedged / len(readings) if readings else 0.0,
        _by_entity(entities, claims),
    )


def explain(text: str, language: str) -> Explanation:
    """Tell what was found in a single sentence, and what was turned down and why.

    A language without a grammar file gives an empty explanation.
    """
    grammar = load(language)
    if grammar is None:
        return Explanation((), ())
    span = Span("text", 0, len(text), text)
    content = _content(Document(None, text, language, (span,)), "text", grammar, ())
    reading = _read(content, 0, span, grammar, _NOTHING)
    return Explanation(reading.hedges, reading.refused)


@dataclass(frozen=True, slots=True)
class _Content:
    """A field of a document with its tokens and its entities in order."""

    field: Field
    string: str
    text: Text
    entities: Sequence[Entity]
    starts: Sequence[int]

    def span(self, tokens: tuple[int, int]) -> tuple[Field, int, int, str]:
        """Return what makes a `Span` of a range of tokens."""
        start, end = self.text.tokens.starts[tokens[0]], self.text.tokens.ends[tokens[1] - 1]
        return self.field, start, end, self.string[start:end]

    def mentions(self, start: int, end: int) -> list[Entity]:
        """Return the entities that lie within ``start`` and ``end``, in code points."""
        low, high = bisect_left(self.starts, start), bisect_left(self.starts, end)
        return [entity for entity in self.entities[low:high] if entity.end <= end]


def _content(
    document: Document, field: Field, grammar: Grammar, entities: Sequence[Entity]
) -> _Content:
    own = sorted((one for one in entities if one.field == field), key=lambda one: one.start)
    string = document.field(field)
    return _Content(field, string, read(string, grammar), own, [one.start for one in own])


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one sentence gave, and what it holds for its neighbours.

    ``people`` are the ids of the persons it mentions. ``source_of_previous`` is whom it
    attributes the sentence before it to, ``source_of_next`` the one after it.
    """

    hedges: tuple[Hedge, ...] = ()
    claims: tuple[Claim, ...] = ()
    refused: tuple[Refused, ...] = ()
    people: frozenset[str] = frozenset()
    source_of_previous: Source | None = None
    source_of_next: Source | None = None


_NOTHING = _Reading()


def _read(
    content: _Content, index: int, sentence: Span, grammar: Grammar, before: _Reading
) -> _Reading:
    starts = content.text.tokens.starts
    first, last = bisect_left(starts, sentence.start), bisect_left(starts, sentence.end)
    cues, refusals = find_cues(content.text, first, last, grammar)
    mentions = content.mentions(sentence.start, sentence.end)
    people = frozenset(entity.id for entity in mentions if entity.type == "PER")
    if not cues and not refusals:
        return _Reading(people=people) if people else _NOTHING
    hedges = tuple(
        _hedge(content, index, cue, _source(content, cue, first, last, before)) for cue in cues
    )
    # *È quanto riporta X, citando fonti* opens no clause of its own but the one before.
    pointing = any(cue.rule.points_back for cue in cues)
    opening = [
        hedge.hedged and not (pointing and hedge.category == "attribution") for hedge in hedges
    ]
    clauses = open_clauses(content.text.tokens.words, cues, opening, first, last)
    sources = [hedge.source for hedge in hedges if hedge.source]
    return _Reading(
        hedges,
        tuple(_claim(content, clause, hedges, before.source_of_next) for clause in clauses),
        tuple(
            Refused(
                *content.span((refusal.match.cue_start, refusal.match.cue_end)),
                refusal.rule.name,
                refusal.reason,
            )
            for refusal in refusals
        ),
        people,
        source_of_previous=next(
            (
                hedge.source
                for cue, hedge in zip(cues, hedges, strict=True)
                if cue.rule.points_back and not cue.in_quote
            ),
            None,
        ),
        source_of_next=sources[-1] if sources and sentence.text.endswith(":") else None,
    )


def _hedge(content: _Content, index: int, cue: Cue, source: Source | None) -> Hedge:
    category = cue.rule.category
    doubting = category in _DOUBTING or (source is not None and source.type in _UNNAMED)
    return Hedge(
        *content.span((cue.match.cue_start, cue.match.cue_end)),
        category=category,
        sentence=index,
        hedged=doubting and not cue.in_quote,
        in_quote=cue.in_quote,
        source=source,
        rule=cue.rule.name,
    )


def _source(content: _Content, cue: Cue, first: int, last: int, before: _Reading) -> Source | None:
    words = content.text.tokens.words
    rule, match = cue.rule, cue.match
    if match.source is not None:
        # *È stato il premier a precisare*: a source before the cue ends there.
        beyond = match.source < match.cue_start
        phrase = phrase_after(words, match.source, match.cue_start if beyond else last)
    elif rule.source == "phrase":
        phrase = phrase_after(words, match.end, last)
    elif rule.source == "antecedent":
        phrase = antecedent(words, match.cue_start, first)
    elif rule.source == "subject":
        phrase = subject(words, match.cue_start, match.cue_end, first, last)
    else:
        return None
    if phrase is None:
        return None
    whole = with_apposition(words, phrase, last)
    field, start, end, text = content.span(whole)
    named = content.mentions(start, end)
    entity: str | None = None
    if named:
        entity = named[0 if whole == phrase else -1].id
    elif phrase[1] - phrase[0] == 1 and "person-pronoun" in words[phrase[0]].classes:
        opening = content.text.tokens.starts[first]
        entity = _only_person(content.mentions(opening, start), before)
    # What *secondo cui* refers to is a thing, not somebody who keeps a name back.
    typed = (phrase[0] + 1, phrase[1]) if rule.source == "antecedent" else phrase
    kind = rule.source_type or source_type(words, typed, first)
    return Source(field, start, end, text, kind, entity)


def _only_person(mentions: Sequence[Entity], before: _Reading) -> str | None:
    """Return whom a pronoun stands for, if a single person has been mentioned just before."""
    people = {entity.id for entity in mentions if entity.type == "PER"} or before.people
    return next(iter(people)) if len(people) == 1 else None


def _claim(
    content: _Content, clause: Clause, hedges: Sequence[Hedge], told_before: Source | None
) -> Claim:
    over = tuple(hedges[at] for at in clause.cues)
    sources = [hedge.source for hedge in over if hedge.source]
    span = content.span((clause.start, clause.end))
    sourced = {
        entity.start for source in sources for entity in content.mentions(source.start, source.end)
    }
    told = [one for one in content.mentions(span[1], span[2]) if one.start not in sourced]
    if clause.subject is not None:
        _, start, end, _ = content.span(clause.subject)
        told.sort(key=lambda entity: not start <= entity.start < end)
    return Claim(
        *span,
        predicate=content.span(clause.predicate)[3],
        entities=tuple(dict.fromkeys(EntityRef(one.id, one.name, one.type) for one in told)),
        hedges=over,
        source=sources[0] if sources else told_before,
    )


def _attribute(reading: _Reading, source: Source) -> _Reading:
    """Give the claims that have no source the one that the next sentence names."""
    claims = (claim if claim.source else replace(claim, source=source) for claim in reading.claims)
    return replace(reading, claims=tuple(claims))


def _by_entity(entities: Sequence[Entity], claims: Sequence[Claim]) -> tuple[EntityHedging, ...]:
    refs: dict[str, EntityRef] = {}
    mentions: Counter[str] = Counter()
    hedged: Counter[str] = Counter()
    ends = {(claim.field, claim.start): claim.end for claim in claims}
    starts = sorted(ends)
    for entity in entities:
        refs.setdefault(entity.id, EntityRef(entity.id, entity.name, entity.type))
        mentions[entity.id] += 1
        at = bisect_right(starts, (entity.field, entity.start)) - 1
        if at >= 0 and starts[at][0] == entity.field and entity.end <= ends[starts[at]]:
            hedged[entity.id] += 1
    return tuple(EntityHedging(refs[one], mentions[one], hedged[one]) for one in refs)
