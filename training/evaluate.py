"""Scores and speed on annotated files: ``python -m training.evaluate FILE...``.

Any file of one token a line with a tag column is read (see ``corpora.read``). All systems run
in one process, one after the other, over the same sentences. Speed is in words a second of
processor time, all threads added up.
"""

from __future__ import annotations

import argparse
import gc
import time
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from streams.analysis.entities import EntityTagger, Profile
from streams.analysis.types import Document, Span
from training import corpora, data
from training.scoring import compare, confusion

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from training.corpora import Mention, Sentence
    from training.scoring import Scores

    Tagger = Callable[[Sequence[str]], list[list[Mention]]]

BATCH = 256
"""Sentences tagged at once."""

SPACY_TYPES = {
    "PERSON": "PER",
    "PER": "PER",
    "ORG": "ORG",
    "GPE": "LOC",
    "LOC": "LOC",
    "FAC": "LOC",
    "NORP": "MISC",
    "EVENT": "MISC",
    "PRODUCT": "MISC",
    "WORK_OF_ART": "MISC",
    "MISC": "MISC",
}
"""The types of spaCy's models in terms of ours."""


@dataclass(frozen=True)
class Result:
    """How one system did on one file; ``speed`` is in words a second of processor time."""

    scores: Scores
    confusion: dict[tuple[str, str], int]
    speed: float


def hedgewire(profile: Profile, article: int) -> Tagger:
    """Return the entity tagger, over articles of so many sentences."""
    tagger = EntityTagger(profile)

    def tag(texts: Sequence[str]) -> list[list[Mention]]:
        documents = [
            _document(texts[start : start + article]) for start in range(0, len(texts), article)
        ]
        found: list[list[Mention]] = []
        for document, entities in zip(documents, tagger.tag(documents), strict=True):
            for sentence in document.sentences:
                origin = sentence.start
                found.append(
                    [
                        corpora.Mention(entity.start - origin, entity.end - origin, entity.type)
                        for entity in entities
                        if origin <= entity.start < sentence.end
                    ]
                )
        return found

    return tag


def _document(sentences: Sequence[str]) -> Document:
    """Return an article of these sentences, one a line."""
    starts = accumulate((len(sentence) + 1 for sentence in sentences), initial=0)
    spans = (
        Span("text", start, start + len(sentence), sentence)
        for start, sentence in zip(starts, sentences, strict=False)
    )
    return Document(None, "\n".join(sentences), "und", tuple(spans))


def spacy_model(name: str) -> Tagger:
    """Return an installed spaCy model (a package's name or a folder) tagging entities only.

    Of its other components, those stay whose output the entity recognizer takes.
    """
    import spacy  # noqa: PLC0415 - only where it is asked for

    pipeline = spacy.load(name)
    pipeline.select_pipes(
        enable=[
            pipe
            for pipe, component in pipeline.pipeline
            if pipe == "ner" or "ner" in getattr(component, "listening_components", ())
        ]
    )

    def tag(texts: Sequence[str]) -> list[list[Mention]]:
        return [
            [
                corpora.Mention(span.start_char, span.end_char, SPACY_TYPES[span.label_])
                for span in document.ents
                if span.label_ in SPACY_TYPES
            ]
            for document in pipeline.pipe(texts, batch_size=BATCH)
        ]

    return tag


def measure(tag: Tagger, sentences: Sequence[Sentence]) -> Result:
    """Return a system's scores and speed on sentences. The first batch runs twice, to warm up."""
    texts = [sentence.text for sentence in sentences]
    tag(texts[:BATCH])
    # Else Python's collector looks at what all the systems have in memory on each one's time.
    gc.collect()
    gc.freeze()
    started = time.process_time()
    found = [
        mentions
        for start in range(0, len(texts), BATCH)
        for mentions in tag(texts[start : start + BATCH])
    ]
    seconds = time.process_time() - started
    gold = [sentence.mentions for sentence in sentences]
    words = sum(len(text.split(" ")) for text in texts)
    return Result(compare(gold, found), confusion(gold, found), words / seconds)


def report(system: str, result: Result) -> str:
    """Return one row of the table; types that the file does not annotate are left blank."""
    cells = [f"{system:<24}", f"{100 * result.scores.macro():6.2f}"]
    for kind in corpora.TYPES:
        scores = (result.scores.precision, result.scores.recall, result.scores.f1)
        known = result.scores.gold[kind] > 0
        cells.append(" ".join(f"{100 * of(kind):5.1f}" if known else " " * 5 for of in scores))
    cells.append(f"{result.speed:9,.0f}")
    return "  ".join(cells)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument(
        "--development",
        type=Path,
        metavar="CORPORA",
        help="also measure on the parts of the corpora that the networks did not learn from",
    )
    parser.add_argument(
        "--profile", action="append", choices=get_args(Profile), help="default: all profiles"
    )
    parser.add_argument(
        "--article", type=int, default=1, metavar="N", help="take each N sentences as an article"
    )
    parser.add_argument("--spacy", action="append", default=[], metavar="MODEL")
    parser.add_argument("--confusion", action="store_true", help="also print types confused")
    options = parser.parse_args()

    systems = {
        name: hedgewire(name, options.article) for name in options.profile or get_args(Profile)
    }
    systems |= {Path(name).name: spacy_model(name) for name in options.spacy}
    types = "  ".join(f"{kind:^17}" for kind in corpora.TYPES)
    print(f"{'':24}  {'macro':>6}  {types}  {'words/s':>9}")
    print(f"{'':24}  {'F1':>6}  " + "  ".join([f"{'P':>5} {'R':>5} {'F1':>5}"] * 4))
    sets = {str(path): corpora.read(path) for path in options.files}
    if options.development is not None:
        sets |= data.development(options.development)
    for name, sentences in sets.items():
        print(f"{name} ({len(sentences):,} sentences)")
        for system, tag in systems.items():
            result = measure(tag, sentences)
            print(report(system, result), flush=True)
            if options.confusion:
                for (gold, found), count in sorted(result.confusion.items()):
                    print(f"{'':26}{gold:>4} as {found:<4} {count:6,}")


if __name__ == "__main__":
    main()
