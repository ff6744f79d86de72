"""The entity tagger: a trained model, loaded once, over batches of documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from streams.analysis.entities import agreement, coreference
from streams.analysis.entities.cascade import Cascade
from streams.analysis.entities.convolution import Convolution
from streams.analysis.entities.encoder import Encoder
from streams.analysis.entities.gazetteer import Entry, Gazetteer
from streams.analysis.entities.tags import decode
from streams.analysis.entities.units import Unit, spellings, split
from streams.analysis.entities.vocabulary import Vocabulary
from streams.analysis.types import Entity, EntityType, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from streams.analysis.types import Document

Profile = Literal["accurate", "fast"]

MODELS = Path(__file__).parent / "models"

UNITS_AT_ONCE = 1 << 15
"""How many units' scores are held at once, unless one sentence has more."""


class EntityTagger:
    """Tags the entities of documents; mentions of one entity share ``id`` and ``name``.

    ``model`` names the model and its version, for the events made with it.

    ``profile`` chooses the model: ``fast`` is a small network distilled from a transformer
    encoder; with ``accurate`` the encoder reads again where the small one is in doubt.
    ``threads`` is how many threads the model works on, each on other sentences. ``gazetteer`` is
    a file of known names, which win over the model and give their ids (see ``Gazetteer``). All is
    read once, here. Raises ``OSError`` and ``ValueError`` where the gazetteer cannot be read.
    """

    def __init__(
        self, profile: Profile = "accurate", threads: int = 1, gazetteer: Path | None = None
    ) -> None:
        vocabulary = Vocabulary(MODELS)
        fast = Convolution(MODELS, vocabulary, threads)
        self._network: Convolution | Cascade = (
            fast if profile == "fast" else Cascade(fast, Encoder(MODELS, vocabulary, threads))
        )
        self._gazetteer = None if gazetteer is None else Gazetteer(gazetteer)
        self.model = self._network.name

    def tag(self, documents: Sequence[Document]) -> list[tuple[Entity, ...]]:
        """Return the entities of each document, in order of mention, none overlapping.

        The sentences of all documents go through the model together, so several documents at
        once are faster than one by one, with the same result. The spans of a sentence depend on
        that sentence alone, however long it is; types and identities also on the other mentions
        of the article. No entity crosses the end of a sentence.
        """
        found: list[list[_Found]] = [[] for _ in documents]
        sentences = (
            _Sentence(number, span, split(span.text))
            for number, document in enumerate(documents)
            for span in document.sentences
        )
        for chunk in _chunks(sentences):
            scores = self._network.scores(
                [spellings(sentence.place.text, sentence.units) for sentence in chunk]
            )
            for sentence, mentions in zip(chunk, decode(scores), strict=True):
                spans = [
                    _Found(sentence.span(m.start, m.end), m.type, self._network.score(m.confidence))
                    for m in mentions
                ]
                if self._gazetteer is not None:
                    spans = _overridden(spans, sentence, self._gazetteer)
                found[sentence.document] += spans
        return [tuple(_entities(mentions)) for mentions in found]


class _Found(NamedTuple):
    """A mention before it is known which entity it is."""

    span: Span
    type: EntityType
    score: float
    entry: Entry | None = None


class _Sentence(NamedTuple):
    document: int
    place: Span
    units: list[Unit]

    def span(self, start: int, end: int) -> Span:
        """Return the span in the article of the units ``start`` to ``end``."""
        first, last = self.units[start].start, self.units[end - 1].end
        origin = self.place.start
        return Span(self.place.field, origin + first, origin + last, self.place.text[first:last])


def _chunks(sentences: Iterable[_Sentence]) -> Iterator[list[_Sentence]]:
    chunk: list[_Sentence] = []
    units = 0
    for sentence in sentences:
        if chunk and units + len(sentence.units) > UNITS_AT_ONCE:
            yield chunk
            chunk, units = [], 0
        chunk.append(sentence)
        units += len(sentence.units)
    if chunk:
        yield chunk


def _overridden(found: list[_Found], sentence: _Sentence, gazetteer: Gazetteer) -> list[_Found]:
    """Return the mentions with the gazetteer's in place of those they overlap."""
    known = [
        _Found(sentence.span(match.start, match.end), match.entry.type, 1.0, match.entry)
        for match in gazetteer.find([unit.text for unit in sentence.units])
    ]
    kept = [
        mention
        for mention in found
        if not any(
            mention.span.start < other.span.end and other.span.start < mention.span.end
            for other in known
        )
    ]
    return sorted(known + kept, key=lambda mention: mention.span.start)


def _entities(found: list[_Found]) -> Iterator[Entity]:
    """Yield an article's entities, given its mentions one by one."""
    types = agreement.agree(
        [agreement.Mention(span.text, kind, score) for span, kind, score, _ in found]
    )
    identities = coreference.resolve(
        [
            coreference.Mention(span.text, kind, entry and entry.id, entry and entry.name)
            for (span, _, _, entry), kind in zip(found, types, strict=True)
        ]
    )
    for (span, _, score, _), kind, identity in zip(found, types, identities, strict=True):
        yield Entity(
            field=span.field,
            start=span.start,
            end=span.end,
            text=span.text,
            type=kind,
            id=identity.id,
            name=identity.name,
            score=score,
        )
