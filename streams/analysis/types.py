"""What the analysis takes and gives: documents, spans and the annotations over them.

Every offset counts Unicode code points from the start of its field, end-exclusive, so that
``document.field(span.field)[span.start : span.end] == span.text`` always holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Field = Literal["title", "text"]
EntityType = Literal["PER", "ORG", "LOC", "MISC"]
Category = Literal["reportive", "attribution", "epistemic", "unconfirmed", "rumour", "approximator"]
SourceType = Literal["named", "anonymous", "document", "public"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one field of an article.

    ``start`` and ``end`` are code points, end-exclusive; ``text`` is the stretch itself.
    """

    field: Field
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """An article as the taggers see it.

    ``sentences`` are in reading order. A title, where there is one, is a single sentence
    and comes first. ``language`` is a BCP 47 tag, ``und`` where it is not known.
    """

    title: str | None
    text: str
    language: str
    sentences: tuple[Span, ...]

    def field(self, name: Field) -> str:
        """Return the text of a field, empty where the article has no title."""
        return (self.title or "") if name == "title" else self.text


@dataclass(frozen=True, slots=True)
class Entity(Span):
    """A mention of a person, an organisation, a place or another named thing.

    ``id`` is the same for all mentions of one entity within its article, ``name`` is that
    entity's canonical name, and ``score`` is a probability from 0 to 1.
    """

    type: EntityType
    id: str
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class Source(Span):
    """Whom a claim is attributed to; ``id`` is an entity's, where the source is one."""

    type: SourceType
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Hedge(Span):
    """The cue by which the writer holds back commitment.

    ``sentence`` is the index into ``Document.sentences``; ``hedged`` tells whether this cue
    makes that sentence hedged; ``in_quote``, that the cue is a quoted speaker's own;
    ``rule``, which rule of the language's grammar file found it.
    """

    category: Category
    sentence: int
    hedged: bool
    in_quote: bool
    source: Source | None
    rule: str


@dataclass(frozen=True, slots=True)
class EntityRef:
    """The entity that a claim is about, without its mentions."""

    id: str
    name: str
    type: EntityType


@dataclass(frozen=True, slots=True)
class Claim(Span):
    """A clause that the writer leaves open, with the hedges over it.

    ``entities`` are those mentioned in the clause, the main one first.
    """

    predicate: str
    entities: tuple[EntityRef, ...]
    hedges: tuple[Hedge, ...]
    source: Source | None


@dataclass(frozen=True, slots=True)
class EntityHedging:
    """How much of what is told of an entity is left open.

    ``hedged_mentions`` of its ``mentions`` in the document stand inside a claim.
    """

    entity: EntityRef
    mentions: int
    hedged_mentions: int


@dataclass(frozen=True, slots=True)
class HedgeReport:
    """What the spotter found in one document.

    ``hedge_rate`` is hedged sentences over all sentences, the title counted as one; 0 where
    there are none. ``by_entity`` has one entry for each entity, in order of first mention.
    """

    hedges: tuple[Hedge, ...]
    claims: tuple[Claim, ...]
    hedge_rate: float
    by_entity: tuple[EntityHedging, ...] = ()
