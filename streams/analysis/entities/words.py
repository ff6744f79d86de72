"""What the fast network knows of a unit before it sees the context."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from streams.analysis.entities.vocabulary import Vocabulary

SHAPES = 9
"""How many of the features, the last ones, tell how a unit is written."""


def features(units: Sequence[str], vocabulary: Vocabulary) -> NDArray[np.float32]:
    """Return the features of units, [units, features].

    They are the embeddings of the first and the last piece and the mean of all, and ``SHAPES``
    of how the unit is written.
    """
    pieces = [vocabulary.pieces(unit) for unit in units]
    lengths = np.array([len(ids) for ids in pieces])
    ends = np.cumsum(lengths)
    embeddings = vocabulary.embeddings[np.concatenate(pieces)].astype(np.float32)
    first, last = embeddings[ends - lengths], embeddings[ends - 1]
    mean = np.add.reduceat(embeddings, ends - lengths) / lengths[:, None].astype(np.float32)
    shapes = np.array([_shape(unit) for unit in units], np.float32)
    return np.concatenate([first, last, mean, shapes], axis=1)


def _shape(unit: str) -> tuple[bool, ...]:
    return (
        unit[0].isupper(),
        unit.isupper(),
        unit.islower(),
        not unit[1:].islower(),
        unit.isdecimal(),
        unit.isalpha(),
        unit[0].isalnum(),
        len(unit) == 1,
        len(unit) <= 3,
    )
