"""Score the spotter on annotated sentences.

``python -m streams.analysis.hedges.evaluate FILE...`` prints precision, recall and F1 for each
category, for all cues and for sentences; ``--errors`` lists what was missed (``-``) and what
was found and is not annotated (``+``).

A line of a file is a JSON object: ``id``, ``lang`` (BCP 47), ``text`` (one sentence; `gold` tells
how it may stand in a corpus of the folder ``--corpora`` instead), ``hedged`` and ``hedges``, each
with ``start`` and ``end`` in code points, ``category``, ``in_quote`` and ``source_type``,
annotated by the project's guideline on hedged reporting. A cue that is found matches an annotated
one of its category when their spans overlap, one to one.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from streams.analysis.hedges.gold import GoldError, read
from streams.analysis.hedges.spotter import spot
from streams.analysis.types import Document, Hedge, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(slots=True)
class Counts:
    """What was found rightly, found wrongly and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Right over found, 0 to 1."""
        return _ratio(self.right, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Right over annotated, 0 to 1."""
        return _ratio(self.right, self.right + self.missed)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall, 0 to 1."""
        return _ratio(2 * self.right, 2 * self.right + self.wrong + self.missed)


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


@dataclass(slots=True)
class Scores:
    """The counts of an evaluation.

    ``in_quote`` and ``source_types`` compare those of matched cues (right or wrong).
    ``errors`` are lines to read.
    """

    categories: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    cues: Counts = field(default_factory=Counts)
    sentences: Counts = field(default_factory=Counts)
    in_quote: Counts = field(default_factory=Counts)
    source_types: Counts = field(default_factory=Counts)
    errors: list[str] = field(default_factory=list)


def evaluate(records: Iterable[dict[str, Any]]) -> Scores:
    """Score the spotter on records of the format above."""
    scores = Scores()
    for record in records:
        text = record["text"]
        sentence = Span("text", 0, len(text), text)
        found = spot(Document(None, text, record["lang"], (sentence,)), ()).hedges
        _score(scores, record, found)
    return scores


def _score(scores: Scores, record: dict[str, Any], found: Sequence[Hedge]) -> None:
    pairs, missed, extra = _match(record["hedges"], found)
    for gold, hedge in pairs:
        for counts in (scores.categories[hedge.category], scores.cues):
            counts.right += 1
        _compare(scores.in_quote, gold["in_quote"] == hedge.in_quote)
        if gold["source_type"] and hedge.source:
            _compare(scores.source_types, gold["source_type"] == hedge.source.type)
    for gold in missed:
        for counts in (scores.categories[gold["category"]], scores.cues):
            counts.missed += 1
    for hedge in extra:
        for counts in (scores.categories[hedge.category], scores.cues):
            counts.wrong += 1
    hedged = any(hedge.hedged for hedge in found)
    scores.sentences.right += hedged and record["hedged"]
    scores.sentences.wrong += hedged and not record["hedged"]
    scores.sentences.missed += record["hedged"] and not hedged
    if missed or extra or hedged != record["hedged"]:
        text = record["text"]
        scores.errors.append(f"{record['id']}  {text}")
        if hedged != record["hedged"]:
            scores.errors.append(f"    sentence is {'' if record['hedged'] else 'not '}hedged")
        scores.errors += [
            f"    - [{text[gold['start'] : gold['end']]}] {gold['category']}" for gold in missed
        ]
        scores.errors += [f"    + [{one.text}] {one.category}, {one.rule}" for one in extra]


def _compare(counts: Counts, right: bool) -> None:
    counts.right += right
    counts.wrong += not right


def _match(
    gold: Sequence[dict[str, Any]], found: Sequence[Hedge]
) -> tuple[list[tuple[dict[str, Any], Hedge]], list[dict[str, Any]], list[Hedge]]:
    pairs, missed, rest = [], [], list(found)
    for one in gold:
        hit = next(
            (
                hedge
                for hedge in rest
                if hedge.category == one["category"]
                and hedge.start < one["end"]
                and one["start"] < hedge.end
            ),
            None,
        )
        if hit is None:
            missed.append(one)
        else:
            rest.remove(hit)
            pairs.append((one, hit))
    return pairs, missed, rest


def _table(scores: Scores) -> list[str]:
    rows = {
        **dict(sorted(scores.categories.items())),
        "all cues": scores.cues,
        "sentences": scores.sentences,
    }
    return [
        f"{'':14}{'P':>7}{'R':>7}{'F1':>7}{'right':>8}{'wrong':>7}{'missed':>7}",
        *(
            f"{name:14}{100 * row.precision:7.1f}{100 * row.recall:7.1f}{100 * row.f1:7.1f}"
            f"{row.right:8}{row.wrong:7}{row.missed:7}"
            for name, row in rows.items()
        ),
        f"of the cues found, in_quote is right in {100 * scores.in_quote.precision:.1f} %, "
        f"the source's type in {100 * scores.source_types.precision:.1f} %",
    ]


def main() -> None:
    """Run the command; the exit code is 2 where the text of a sentence cannot be found."""
    parser = argparse.ArgumentParser(description="Score the hedge spotter on annotated sentences.")
    parser.add_argument("files", nargs="+", type=Path, help="JSONL files of annotated sentences")
    parser.add_argument("--corpora", type=Path, help="folder of the corpora that files point to")
    parser.add_argument("--errors", action="store_true", help="list the errors first")
    arguments = parser.parse_args()
    for file in arguments.files:
        try:
            scores = evaluate(read(file, arguments.corpora))
        except GoldError as error:
            parser.error(str(error))
        lines = [*(scores.errors if arguments.errors else ()), str(file), *_table(scores)]
        sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
