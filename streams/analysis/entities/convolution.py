"""The fast network: dilated convolutions over whole words.

A word's vector is made from the pretrained embeddings of its pieces and from how it is
written, once for each different word; only the convolutions run over the text. The context
network is that of Strubell et al. 2017, *Fast and Accurate Entity Recognition with Iterated
Dilated Convolutions*, trained to give the accurate network's probabilities (Hinton et al. 2015,
*Distilling the Knowledge in a Neural Network*).
"""

from __future__ import annotations

from itertools import chain, count
from typing import TYPE_CHECKING

import numpy as np

from streams.analysis.entities.network import Network, session
from streams.analysis.entities.vocabulary import Vocabulary
from streams.analysis.entities.words import features

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

WIDTH = 384
REMEMBERED = 1 << 15
"""How many units' vectors are kept, 50 MB, before the table starts afresh."""
WORDS_AT_ONCE = 1024
STEP = 4
"""Sequences are padded to a multiple of this, so that more of them have the same size."""


class Convolution(Network[int]):
    """A unit is the number of its vector in a table of those met so far."""

    budget = 512

    def __init__(self, models: Path, threads: int) -> None:
        super().__init__(models / "fast.onnx", threads)
        self._words = session(models / "fast-words.onnx", threads)
        self._vocabulary = Vocabulary(models)
        self._forget()

    def scores(self, sentences: Sequence[Sequence[str]]) -> list[NDArray[np.float32]]:
        if len(self._numbers) > REMEMBERED:
            self._forget()
        new = {unit for units in sentences for unit in units}.difference(self._numbers)
        self._learn(sorted(new))
        return super().scores(sentences)

    def encode(self, units: Sequence[str]) -> list[int]:
        return [self._numbers[unit] for unit in units]

    def lengths(self, items: list[int]) -> list[int]:
        return [1] * len(items)

    def size(self, length: int) -> int:
        return -(-length // STEP) * STEP

    def run(self, batch: list[list[int]]) -> list[NDArray[np.float32]]:
        lengths = [len(items) for items in batch]
        mask = np.arange(self.size(lengths[0])) < np.array(lengths)[:, None]
        numbers = np.zeros(mask.shape, np.intp)
        numbers[mask] = list(chain.from_iterable(batch))
        inputs = {"words": self._vectors[numbers], "mask": mask[:, :, None].astype(np.float32)}
        (scores,) = self.session.run(["scores"], inputs)
        return [row[:length] for row, length in zip(scores, lengths, strict=True)]

    def _forget(self) -> None:
        self._numbers: dict[str, int] = {}
        self._vectors = np.empty((0, WIDTH), np.float32)

    def _learn(self, units: list[str]) -> None:
        """Give units a number and a vector."""
        known = len(self._numbers)
        self._numbers.update(zip(units, count(known), strict=False))
        if len(self._numbers) > len(self._vectors):
            # By more than is needed, so that a few new words do not copy the table each time.
            grown = np.empty((len(self._numbers) * 5 // 4, WIDTH), np.float32)
            grown[:known] = self._vectors[:known]
            self._vectors = grown
        for start in range(0, len(units), WORDS_AT_ONCE):
            some = units[start : start + WORDS_AT_ONCE]
            (vectors,) = self._words.run(["words"], {"features": features(some, self._vocabulary)})
            self._vectors[known + start : known + start + len(some)] = vectors
