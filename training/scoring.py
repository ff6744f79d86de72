"""Strict scores of spans: a prediction counts where characters and type all agree."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from training.corpora import Mention


@dataclass(frozen=True)
class Scores:
    """How many mentions of each type were annotated, predicted, and both."""

    gold: Counter[str] = field(default_factory=Counter)
    predicted: Counter[str] = field(default_factory=Counter)
    correct: Counter[str] = field(default_factory=Counter)

    def precision(self, kind: str) -> float:
        """Return the precision for a type, 0 to 1; 0 where nothing was predicted."""
        return self.correct[kind] / max(self.predicted[kind], 1)

    def recall(self, kind: str) -> float:
        """Return the recall for a type, 0 to 1; 0 where nothing was annotated."""
        return self.correct[kind] / max(self.gold[kind], 1)

    def f1(self, kind: str) -> float:
        """Return the F1 for a type, 0 to 1."""
        return 2 * self.correct[kind] / max(self.gold[kind] + self.predicted[kind], 1)

    def macro(self) -> float:
        """Return the mean F1 of persons, organisations and places."""
        return sum(self.f1(kind) for kind in ("PER", "ORG", "LOC")) / 3


def compare(gold: Sequence[Iterable[Mention]], predicted: Sequence[Iterable[Mention]]) -> Scores:
    """Return the scores of predictions, sentence by sentence.

    Types that the annotation does not use are left out of the predictions: a corpus without
    MISC cannot tell whether one is right.
    """
    annotated = {mention.type for sentence in gold for mention in sentence}
    scores = Scores()
    for expected, found in zip(gold, predicted, strict=True):
        right = set(expected)
        given = {mention for mention in found if mention.type in annotated}
        scores.gold.update(mention.type for mention in right)
        scores.predicted.update(mention.type for mention in given)
        scores.correct.update(mention.type for mention in right & given)
    return scores


def confusion(
    gold: Sequence[Iterable[Mention]], predicted: Sequence[Iterable[Mention]]
) -> dict[tuple[str, str], int]:
    """Return how often an annotated type was predicted as another, by ``(gold, predicted)``.

    Spans must agree for that. What has no partner of the same span is counted with ``none``.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for expected, found in zip(gold, predicted, strict=True):
        types = {(mention.start, mention.end): mention.type for mention in expected}
        given = {(mention.start, mention.end): mention.type for mention in found}
        for span in types.keys() | given.keys():
            counts[types.get(span, "none"), given.get(span, "none")] += 1
    return dict(counts)
