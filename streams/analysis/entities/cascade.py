"""The fast network first, and the accurate one where that is in doubt.

A cascade of models by confidence (Viola & Jones 2001; for classifiers of text, Varshney &
Baral 2022). Some two fifths of the text of news are read by both.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from streams.analysis.entities.convolution import Convolution
    from streams.analysis.entities.encoder import Encoder

SURE = math.log(0.75)
"""The log-probability that the best tag of every unit has where a sentence is not in doubt."""
SHARE = 0.8
"""The accurate network's part in the mean of both networks' probabilities."""


class Cascade:
    """Scores the units of sentences, each in its own sentence alone, as a ``Network`` does.

    ``name`` and the calibration of ``score`` are the accurate network's.
    """

    def __init__(self, fast: Convolution, accurate: Encoder) -> None:
        self._fast = fast
        self._accurate = accurate
        self.name = accurate.name
        self.score = accurate.score

    def scores(self, sentences: Sequence[Sequence[str]]) -> list[NDArray[np.float32]]:
        """Return the log-probabilities, [units, tags], of each sentence's units."""
        results = self._fast.scores(sentences)
        doubted = [
            number
            for number, scores in enumerate(results)
            if scores.max(axis=1).min(initial=0) < SURE
        ]
        second = self._accurate.scores([sentences[number] for number in doubted])
        for number, scores in zip(doubted, second, strict=True):
            results[number] = np.logaddexp(
                scores + np.float32(math.log(SHARE)),
                results[number] + np.float32(math.log(1 - SHARE)),
            )
        return results
