"""Making scores mean what they say: a score of 0.9 should be right nine times in ten."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from streams.analysis.entities.tags import decode
from streams.analysis.entities.units import split

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from streams.analysis.entities.cascade import Cascade
    from streams.analysis.entities.convolution import Convolution
    from training.corpora import Sentence

BINS = 10
FEW = 20


class Outcomes(NamedTuple):
    """Predicted mentions: the network's confidence in each, and whether it was right."""

    confidence: NDArray[np.float64]
    correct: NDArray[np.bool_]


class Platt(NamedTuple):
    """The log-odds of being right as a line over the log-odds of confidence (Platt 1999)."""

    slope: float
    intercept: float

    def score(self, confidence: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the calibrated probabilities."""
        scores: NDArray[np.float64] = 1 / (
            1 + np.exp(-self.slope * _log_odds(confidence) - self.intercept)
        )
        return scores


def outcomes(network: Convolution | Cascade, groups: Iterable[Sequence[Sentence]]) -> Outcomes:
    """Return the outcomes for annotated sentences, a corpus each group.

    Types that a corpus does not annotate are left out.
    """
    found: list[tuple[float, bool]] = []
    for sentences in groups:
        annotated = {mention.type for one in sentences for mention in one.mentions}
        units = [split(sentence.text) for sentence in sentences]
        scores = network.scores([[unit.text for unit in one] for one in units])
        for sentence, places, mentions in zip(sentences, units, decode(scores), strict=True):
            gold = {(mention.start, mention.end, mention.type) for mention in sentence.mentions}
            found += (
                (confidence, (places[start].start, places[end - 1].end, kind) in gold)
                for start, end, kind, confidence in mentions
                if kind in annotated
            )
    confidence, correct = zip(*found, strict=True)
    return Outcomes(np.array(confidence), np.array(correct))


def fit(given: Outcomes) -> Platt:
    """Return the line of greatest likelihood, by Newton's method."""
    inputs = np.stack([_log_odds(given.confidence), np.ones(len(given.confidence))], axis=1)
    line = np.array([1.0, 0.0])
    for _ in range(20):
        scores = 1 / (1 + np.exp(-inputs @ line))
        gradient = inputs.T @ (given.correct - scores)
        curvature = (inputs * (scores * (1 - scores))[:, None]).T @ inputs
        line += np.linalg.solve(curvature, gradient)
    return Platt(*line.tolist())


def expected_error(scores: NDArray[np.float64], correct: NDArray[np.bool_]) -> float:
    """Return the expected calibration error, 0 to 1, over bins of equal width (Guo et al. 2017)."""
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    gaps = [abs(scores[bins == one].sum() - correct[bins == one].sum()) for one in np.unique(bins)]
    return float(sum(gaps) / len(scores))


def crossed(given: Outcomes) -> NDArray[np.float64]:
    """Return scores by lines fitted to the other half of the outcomes, for an honest error."""
    scores = np.empty(len(given.confidence))
    for half in range(2):
        inside = np.arange(len(scores)) % 2 == half
        line = fit(Outcomes(given.confidence[~inside], given.correct[~inside]))
        scores[inside] = line.score(given.confidence[inside])
    return scores


def plot(path: Path, curves: dict[str, tuple[NDArray[np.float64], NDArray[np.bool_]]]) -> None:
    """Draw how often mentions were right against their scores, one curve a name, as a PNG.

    Bins of fewer than ``FEW`` mentions are left out.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - only training needs it

    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":")
    for name, (scores, correct) in curves.items():
        bins = np.minimum((scores * BINS).astype(int), BINS - 1)
        points = [
            (scores[bins == one].mean(), correct[bins == one].mean()) for one in _filled(bins)
        ]
        error = expected_error(scores, correct)
        axes.plot(*zip(*sorted(points), strict=True), "o-", label=f"{name}, ECE {error:.3f}")
    axes.set(xlabel="score", ylabel="share that is right", xlim=(0, 1), ylim=(0, 1))
    axes.legend()
    figure.savefig(path, dpi=120)


def _filled(bins: NDArray[np.int_]) -> list[int]:
    return [one for one in range(BINS) if (bins == one).sum() >= FEW]


def _log_odds(confidence: NDArray[np.float64]) -> NDArray[np.float64]:
    clipped = np.clip(confidence, 1e-6, 1 - 1e-6)
    odds: NDArray[np.float64] = np.log(clipped / (1 - clipped))
    return odds
