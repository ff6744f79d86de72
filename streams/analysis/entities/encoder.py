"""The accurate network: a transformer encoder over the pieces of words."""

from __future__ import annotations

from itertools import accumulate, chain
from typing import TYPE_CHECKING

import numpy as np

from streams.analysis.entities.network import Network
from streams.analysis.entities.vocabulary import BEGIN, END, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray


class Encoder(Network[tuple[int, ...]]):
    """A unit is its pieces; the scores at its first piece are the unit's."""

    # A small batch stays in the processor's cache.
    budget = 512

    def __init__(self, models: Path, threads: int) -> None:
        super().__init__(models / "accurate.onnx", threads)
        self._vocabulary = Vocabulary(models)

    def encode(self, units: Sequence[str]) -> list[tuple[int, ...]]:
        return [self._vocabulary.pieces(unit) for unit in units]

    def lengths(self, items: list[tuple[int, ...]]) -> list[int]:
        return [len(pieces) for pieces in items]

    def size(self, length: int) -> int:
        return length + 2

    def run(self, batch: list[list[tuple[int, ...]]]) -> list[NDArray[np.float32]]:
        ids = [[BEGIN, *chain.from_iterable(items), END] for items in batch]
        embeddings = self._vocabulary.embeddings[np.array(ids)].astype(np.float32)
        (scores,) = self.session.run(["scores"], {"embeddings": embeddings})
        firsts = [list(accumulate(map(len, items[:-1]), initial=1)) for items in batch]
        return [row[first] for row, first in zip(scores, firsts, strict=True)]
