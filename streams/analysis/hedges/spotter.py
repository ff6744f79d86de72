"""From a document to its hedges, claims and hedge rate."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streams.analysis.hedges.claims import clause, predicate
from streams.analysis.hedges.cues import Cue, Text, find_cues, read
from streams.analysis.hedges.grammar import Grammar, load
from streams.analysis.hedges.sources import antecedent, phrase_after, source_type, subject
from streams.analysis.types import (
    Claim,
    Document,
    Entity,
    EntityHedging,
    EntityRef,
    Field,
    Hedge,
    HedgeReport,
    Source,
    Span,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DOUBTING = frozenset({"reportive", "epistemic", "unconfirmed", "rumour"})
_UNNAMED = frozenset({"anonymous", "public"})


@dataclass(frozen=True, slots=True)
class Refused(Span):
    """A stretch that looked like a cue, the rule that found it and why it does not count."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What fired in a sentence, and what was considered and turned down."""

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
    texts: dict[Field, Text] = {}
    hedges: list[Hedge] = []
    claims: list[Claim] = []
    for index, span in enumerate(document.sentences):
        text = texts.get(span.field)
        if text is None:
            text = texts[span.field] = read(document.field(span.field), grammar)
        sentence = _Sentence(document, index, span, text, grammar, entities)
        hedges += sentence.hedges
        claims += sentence.claims
    hedged = {hedge.sentence for hedge in hedges if hedge.hedged}
    rate = len(hedged) / len(document.sentences) if document.sentences else 0.0
    return HedgeReport(tuple(hedges), tuple(claims), rate, _by_entity(entities, claims))


def explain(text: str, language: str) -> Explanation:
    """Tell what was found in a single sentence, and what was turned down and why.

    A language without a grammar file gives an empty explanation.
    """
    grammar = load(language)
    if grammar is None:
        return Explanation((), ())
    span = Span("text", 0, len(text), text)
    document = Document(None, text, language, (span,))
    sentence = _Sentence(document, 0, span, read(text, grammar), grammar, ())
    return Explanation(tuple(sentence.hedges), tuple(sentence.refused()))


class _Sentence:
    """One sentence of a document on its way from tokens to annotations."""

    def __init__(
        self,
        document: Document,
        index: int,
        span: Span,
        text: Text,
        grammar: Grammar,
        entities: Sequence[Entity],
    ) -> None:
        self._field = span.field
        self._content = document.field(span.field)
        self._index = index
        self._words = text.tokens.words
        self._spans = text.tokens.spans
        self._first = bisect_left(self._spans, (span.start,))
        self._last = bisect_left(self._spans, (span.end,))
        self._entities = [
            entity
            for entity in entities
            if entity.field == span.field and span.start <= entity.start < span.end
        ]
        cues, self._refusals = find_cues(text, self._first, self._last, grammar)
        self.hedges = [self._hedge(cue) for cue in cues]
        self.claims = self._claims(cues)

    def refused(self) -> Iterator[Refused]:
        for refusal in self._refusals:
            yield Refused(
                *self._span(refusal.match.cue_start, refusal.match.cue_end),
                rule=refusal.rule.name,
                reason=refusal.reason,
            )

    def _span(self, first: int, last: int) -> tuple[Field, int, int, str]:
        start, end = self._spans[first][0], self._spans[last - 1][1]
        return self._field, start, end, self._content[start:end]

    def _hedge(self, cue: Cue) -> Hedge:
        source = self._source(cue)
        category = cue.rule.category
        doubting = category in _DOUBTING or (source is not None and source.type in _UNNAMED)
        return Hedge(
            *self._span(cue.match.cue_start, cue.match.cue_end),
            category=category,
            sentence=self._index,
            hedged=doubting and not cue.in_quote,
            in_quote=cue.in_quote,
            source=source,
            rule=cue.rule.name,
        )

    def _source(self, cue: Cue) -> Source | None:
        rule, match = cue.rule, cue.match
        words, first, last = self._words, self._first, self._last
        if match.source is not None:
            phrase = phrase_after(words, match.source, last)
        elif rule.source == "phrase":
            phrase = phrase_after(words, match.end, last)
        elif rule.source == "antecedent":
            phrase = antecedent(words, match.start, first)
        elif rule.source == "subject":
            phrase = subject(words, match.start, match.end, first, last)
        else:
            return None
        if phrase is None:
            return None
        kind = rule.source_type or source_type(self._words[slice(*phrase)])
        field, start, end, text = self._span(*phrase)
        entity = next((e for e in self._entities if start <= e.start and e.end <= end), None)
        return Source(field, start, end, text, kind, entity.id if entity else None)

    def _claims(self, cues: Sequence[Cue]) -> list[Claim]:
        groups: list[tuple[int, int, list[int]]] = []
        for at, (cue, hedge) in enumerate(zip(cues, self.hedges, strict=True)):
            if not hedge.hedged or hedge.category == "attribution":
                continue
            start, end = clause(self._words, cue, self._first, self._last)
            if groups and start < groups[-1][1]:
                groups[-1] = (
                    min(start, groups[-1][0]),
                    max(end, groups[-1][1]),
                    [*groups[-1][2], at],
                )
            else:
                groups.append((start, end, [at]))
        return [self._claim(cues, *group) for group in groups]

    def _claim(self, cues: Sequence[Cue], start: int, end: int, members: list[int]) -> Claim:
        field, begin, stop, text = self._span(start, end)
        verb = predicate(self._words, cues[members[0]], start, end)
        hedges = tuple(
            hedge
            for at, hedge in enumerate(self.hedges)
            if at in members
            or (
                not hedge.in_quote
                and (hedge.category == "attribution" or begin <= hedge.start < stop)
            )
        )
        refs = dict.fromkeys(
            EntityRef(e.id, e.name, e.type)
            for e in self._entities
            if begin <= e.start and e.end <= stop
        )
        return Claim(
            field,
            begin,
            stop,
            text,
            predicate=self._span(*verb)[3],
            entities=tuple(refs),
            hedges=hedges,
            source=next((hedge.source for hedge in hedges if hedge.source), None),
        )


def _by_entity(entities: Sequence[Entity], claims: Sequence[Claim]) -> tuple[EntityHedging, ...]:
    mentions = Counter(entity.id for entity in entities)
    hedged: Counter[str] = Counter()
    for entity in entities:
        hedged[entity.id] += any(
            claim.field == entity.field and claim.start <= entity.start and entity.end <= claim.end
            for claim in claims
        )
    refs = {entity.id: EntityRef(entity.id, entity.name, entity.type) for entity in entities}
    return tuple(EntityHedging(refs[id_], mentions[id_], hedged[id_]) for id_ in mentions)
