"""The analysis: a text in, its annotations out. No Kafka, no clock, no state but the models."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from streams.analysis.document import read_document
from streams.analysis.entities import EntityTagger
from streams.analysis.hedges import spot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.analysis.types import Claim, Document, Entity, EntityHedging, Hedge, Span

Profile = Literal["accurate", "fast"]


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that the pipeline finds in an article."""

    language: str
    sentences: tuple[Span, ...]
    entities: tuple[Entity, ...]
    hedges: tuple[Hedge, ...]
    claims: tuple[Claim, ...]
    hedge_rate: float
    by_entity: tuple[EntityHedging, ...]


def analyze(
    text: str,
    title: str | None = None,
    language: str | None = None,
    profile: Profile = "accurate",
) -> Analysis:
    """Analyse one article as the processors do, without a broker.

    The first call loads the models. Offsets count code points of ``title`` and ``text``.
    """
    return analyze_documents([read_document(title, text, language)], _tagger(profile))[0]


def analyze_documents(documents: Sequence[Document], tagger: EntityTagger) -> list[Analysis]:
    """Analyse documents together, which is faster than one at a time."""
    analyses = []
    for document, entities in zip(documents, tagger.tag(documents), strict=True):
        report = spot(document, entities)
        analyses.append(
            Analysis(
                language=document.language,
                sentences=document.sentences,
                entities=entities,
                hedges=report.hedges,
                claims=report.claims,
                hedge_rate=report.hedge_rate,
                by_entity=report.by_entity,
            )
        )
    return analyses


@cache
def _tagger(profile: Profile) -> EntityTagger:
    return EntityTagger(profile)
