"""The accurate network: a transformer encoder over the pieces of words."""

from __future__ import annotations

from itertools import accumulate, chain
from typing import TYPE_CHECKING

import numpy as np

from streams.analysis.entities.network import Job, Network
from streams.analysis.entities.vocabulary import BEGIN, END

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from streams.analysis.entities.vocabulary import Vocabulary


BATCH = 512
"""Pieces in a batch, one sentence at least. A small one stays in the processor's cache."""


class Encoder(Network[tuple[int, ...]]):
    """A unit is its pieces; the scores at its first piece are the unit's."""

    def __init__(self, models: Path, vocabulary: Vocabulary, threads: int) -> None:
        super().__init__(models / "accurate.onnx", threads)
        self._vocabulary = vocabulary

    def encode(self, units: Sequence[str]) -> list[tuple[int, ...]]:
        return [self._vocabulary.pieces(unit) for unit in units]

    def lengths(self, items: list[tuple[int, ...]]) -> list[int]:
        return [len(pieces) for pieces in items]

    def batches(self, jobs: list[Job[tuple[int, ...]]]) -> Iterator[list[Job[tuple[int, ...]]]]:
        """Batches are of one size, so that none needs padding."""
        groups: dict[int, list[Job[tuple[int, ...]]]] = {}
        for job in jobs:
            groups.setdefault(job.size + 2, []).append(job)
        for size, group in groups.items():
            at_once = max(1, BATCH // size)
            yield from (group[start : start + at_once] for start in range(0, len(group), at_once))

    def run(self, batch: list[list[tuple[int, ...]]]) -> list[NDArray[np.float32]]:
        ids = [[BEGIN, *chain.from_iterable(items), END] for items in batch]
        embeddings = self._vocabulary.embeddings[np.array(ids)].astype(np.float32)
        (scores,) = self.session.run(["scores"], {"embeddings": embeddings})
        firsts = [list(accumulate(map(len, items[:-1]), initial=1)) for items in batch]
        return [row[first] for row, first in zip(scores, firsts, strict=True)]
