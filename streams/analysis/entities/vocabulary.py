"""The words' side of the models: pieces and their pretrained embeddings, shared by both.

A word is cut into pieces by the Unigram model of Kudo 2018, *Subword Regularization*.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from sentencepiece import SentencePieceProcessor

from streams.analysis.entities.units import normal_form

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

BEGIN, PAD, END, UNKNOWN = range(4)
"""The ids of the special pieces."""
PIECES_PER_UNIT = 16
"""The rest of a longer unit (an address, a hash) is not read."""
REMEMBERED = 1 << 16
"""How many units' pieces are kept, so that frequent words are segmented once."""
_START_OF_WORD = "\u2581"


class Vocabulary:
    """Pieces of words with their embeddings, from the folder ``models``.

    ``embeddings`` has one row a piece, [pieces, 384] in half precision.
    """

    embeddings: NDArray[np.float16]

    def __init__(self, models: Path) -> None:
        processor = SentencePieceProcessor(model_file=str(models / "vocabulary.model"))
        with np.load(models / "vocabulary.npz") as file:
            self.embeddings = _unpack(file["embeddings"], file["scales"])

        def pieces(unit: str) -> tuple[int, ...]:
            found = segment(processor, normal_form(unit))
            return tuple(found[:PIECES_PER_UNIT]) or (UNKNOWN,)

        self.pieces = lru_cache(REMEMBERED)(pieces)


def segment(processor: SentencePieceProcessor, word: str) -> list[int]:
    """Return the ids of a word's pieces, none where it is empty.

    The mark of a word's start is left out where it would be a piece of its own.
    """
    # As bytes, which unlike a text may hold a lone surrogate.
    ids: list[int] = processor.encode(word.encode("utf-8", "surrogatepass"))
    return ids[1:] if len(ids) > 1 and processor.id_to_piece(ids[0]) == _START_OF_WORD else ids


def _unpack(nibbles: NDArray[np.uint8], scales: NDArray[np.float16]) -> NDArray[np.float16]:
    """Return [rows, width] from 4-bit blocks [rows, blocks, 16] with a scale each.

    The low half of byte ``j`` is weight ``j`` of its block, the high half weight ``j + 16``;
    both are shifted by 8.
    """
    blocks = np.concatenate([nibbles & 15, nibbles >> 4], axis=2).astype(np.float16) - 8
    return (blocks * scales[:, :, None]).reshape(len(nibbles), -1)
