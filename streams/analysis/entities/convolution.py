"""The fast network: dilated convolutions over whole words.

A word's vector is made from the pretrained embeddings of its pieces and from how it is
written, once for each different word; only the convolutions run over the text. The context
network is that of Strubell et al. 2017, *Fast and Accurate Entity Recognition with Iterated
Dilated Convolutions*, trained to give the accurate network's probabilities (Hinton et al. 2015,
*Distilling the Knowledge in a Neural Network*).
"""

from __future__ import annotations

from itertools import accumulate, chain, count, pairwise
from typing import TYPE_CHECKING

import numpy as np

from streams.analysis.entities.network import Job, Network, session
from streams.analysis.entities.words import features

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from streams.analysis.entities.vocabulary import Vocabulary

WIDTH = 384
REMEMBERED = 1 << 16
"""How many units' vectors are kept, 50 MB, before the table starts afresh."""
WORDS_AT_ONCE = 1024
BATCH = 512
"""Units from which on a batch is full. A small one stays in the processor's cache."""


class Convolution(Network[int]):
    """A unit is the number of its vector in a table of those met so far."""

    def __init__(self, models: Path, vocabulary: Vocabulary, threads: int) -> None:
        super().__init__(models / "fast.onnx", threads)
        self._words = session(models / "fast-words.onnx")
        self._vocabulary = vocabulary
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

    def batches(self, jobs: list[Job[int]]) -> Iterator[list[Job[int]]]:
        """Batches are full, unless there would be too few of them for the threads."""
        enough = min(BATCH, -(-sum(job.size for job in jobs) // self.threads))
        batch: list[Job[int]] = []
        for job in jobs:
            batch.append(job)
            if sum(job.size for job in batch) >= enough:
                yield batch
                batch = []
        if batch:
            yield batch

    def run(self, batch: list[list[int]]) -> list[NDArray[np.float32]]:
        ends = list(accumulate(map(len, batch)))
        words = self._vectors[list(chain.from_iterable(batch))]
        (scores,) = self.session.run(["scores"], {"words": words, "near": neighbours(ends)})
        return [scores[start:end] for start, end in pairwise((0, *ends))]

    def _forget(self) -> None:
        self._numbers: dict[str, int] = {}
        self._vectors = np.empty((0, WIDTH), np.float16)

    def _learn(self, units: list[str]) -> None:
        """Give units a number and a vector."""
        known = len(self._numbers)
        self._numbers.update(zip(units, count(known), strict=False))
        if len(self._numbers) > len(self._vectors):
            # By more than is needed, so that a few new words do not copy the table each time.
            grown = np.empty((len(self._numbers) * 5 // 4, WIDTH), np.float16)
            grown[:known] = self._vectors[:known]
            self._vectors = grown
        for start in range(0, len(units), WORDS_AT_ONCE):
            some = units[start : start + WORDS_AT_ONCE]
            (vectors,) = self._words.run(["words"], {"features": features(some, self._vocabulary)})
            self._vectors[known + start : known + start + len(some)] = vectors


def neighbours(ends: Sequence[int]) -> NDArray[np.int64]:
    """Return which units precede each unit, are it, and follow it: [units + 1, 3].

    Sentences follow one another, each up to one of ``ends``. A row is added after the last
    unit; it stands for what is outside a sentence.
    """
    outside = ends[-1]
    near: NDArray[np.int64] = np.arange(outside + 1)[:, None] + np.array([-1, 0, 1])
    near[[0, *ends], 0] = outside
    near[[*(end - 1 for end in ends), outside], 2] = outside
    return near
