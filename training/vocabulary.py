"""Choosing the shipped vocabulary from that of multilingual-e5-small, and writing it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from streams.analysis.entities.unigram import Unigram
from streams.analysis.entities.units import normal_form, split
from training import e5

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from training.e5 import E5

LEAST = 2
"""How often a piece must occur in the corpora to be kept."""
SPECIALS = (e5.BEGIN, e5.PAD, e5.END, e5.UNKNOWN)


def select(source: E5, texts: Iterable[str]) -> list[int]:
    """Return the ids to keep, ascending: specials, single characters and frequent pieces.

    Single characters stay so that any word can still be segmented.
    """
    units = Counter(normal_form(unit.text) for text in texts for unit in split(text))
    full = Unigram(source.pieces, e5.UNKNOWN)
    counts: Counter[int] = Counter()
    for unit, count in units.items():
        for piece in full.encode(unit):
            counts[piece] += count
    single = {rank for rank, (piece, _) in enumerate(source.pieces) if len(piece) == 1}
    frequent = {piece for piece, count in counts.items() if count >= LEAST}
    return sorted({*SPECIALS} | single | frequent)


def write(path: Path, source: E5, kept: list[int]) -> None:
    """Write the kept pieces with their scores and embeddings, as the tagger reads them.

    Specials have empty texts: no word may be segmented into them.
    """
    texts = ["" if piece in SPECIALS else source.pieces[piece][0] for piece in kept]
    blocks = source.packed_rows("emb.word")[kept].reshape(len(kept), -1, e5.BLOCK_BYTES)
    np.savez_compressed(
        path,
        pieces=np.frombuffer("\n".join(texts).encode(), np.uint8),
        scores=np.array([source.pieces[piece][1] for piece in kept], np.float32),
        embeddings=blocks[:, :, 2:],
        scales=blocks[:, :, :2].copy().view(np.float16)[:, :, 0],
    )
