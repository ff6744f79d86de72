"""Choosing the shipped vocabulary from that of multilingual-e5-small, and writing it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from sentencepiece import SentencePieceProcessor, sentencepiece_model_pb2

from streams.analysis.entities.units import normal_form, split
from streams.analysis.entities.vocabulary import segment
from training import e5

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
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
    full = SentencePieceProcessor(model_proto=model(source.pieces))
    counts: Counter[int] = Counter()
    for unit, count in units.items():
        for piece in segment(full, unit):
            counts[piece] += count
    single = {rank for rank, (piece, _) in enumerate(source.pieces) if len(piece) == 1}
    frequent = {piece for piece, count in counts.items() if count >= LEAST}
    return sorted({*SPECIALS} | single | frequent)


def write(out: Path, source: E5, kept: list[int]) -> None:
    """Write the kept pieces and their embeddings into a folder, as the tagger reads them."""
    (out / "vocabulary.model").write_bytes(model([source.pieces[piece] for piece in kept]))
    blocks = source.packed_rows("emb.word")[kept].reshape(len(kept), -1, e5.BLOCK_BYTES)
    np.savez_compressed(
        out / "vocabulary.npz",
        embeddings=blocks[:, :, 2:],
        scales=blocks[:, :, :2].copy().view(np.float16)[:, :, 0],
    )


def model(pieces: Sequence[tuple[str, float]]) -> bytes:
    """Return a model for SentencePiece that cuts words into pieces, given their log-probabilities.

    The first four are the specials, as in ``SPECIALS``. Words come in their normal form.
    """
    proto = sentencepiece_model_pb2.ModelProto()
    kinds = proto.SentencePiece
    for rank, (text, score) in enumerate(pieces):
        special = kinds.UNKNOWN if rank == e5.UNKNOWN else kinds.CONTROL
        kind = special if rank in SPECIALS else kinds.NORMAL
        proto.pieces.add(piece=text, score=score, type=kind)
    proto.trainer_spec.model_type = proto.trainer_spec.UNIGRAM
    proto.trainer_spec.vocab_size = len(pieces)
    proto.trainer_spec.bos_id = e5.BEGIN
    proto.trainer_spec.pad_id = e5.PAD
    proto.trainer_spec.eos_id = e5.END
    proto.trainer_spec.unk_id = e5.UNKNOWN
    proto.normalizer_spec.name = "identity"
    proto.normalizer_spec.remove_extra_whitespaces = False
    written: bytes = proto.SerializeToString()
    return written
