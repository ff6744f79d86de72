"""The features of the student's words, each computed once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from streams.analysis.entities.words import features

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from streams.analysis.entities.vocabulary import Vocabulary

AT_ONCE = 4096
"""Words whose features are computed at once."""


class Lexicon:
    """Numbers words as they come. Each has ``width`` features, kept in half precision."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._numbers: dict[str, int] = {}
        self._table = features(["a"], vocabulary).astype(np.float16)[:0]
        self.width = self._table.shape[1]

    def numbers(self, units: Sequence[str]) -> NDArray[np.int64]:
        """Return the number of each unit, [units]."""
        found = [self._numbers.setdefault(unit, len(self._numbers)) for unit in units]
        return np.array(found, np.int64)

    def features(self, numbers: NDArray[np.int64]) -> Tensor:
        """Return the features of the words of these numbers, [words, features]."""
        if len(self._table) < len(self._numbers):
            self._complete()
        return torch.from_numpy(self._table[numbers].astype(np.float32))

    def _complete(self) -> None:
        """Add the words numbered since the last time to the table."""
        new = list(self._numbers)[len(self._table) :]
        parts = (
            features(new[start : start + AT_ONCE], self._vocabulary).astype(np.float16)
            for start in range(0, len(new), AT_ONCE)
        )
        self._table = np.concatenate([self._table, *parts])
