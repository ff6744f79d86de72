"""Segmenting a word into pieces of a vocabulary by the Unigram language model.

The method is that of Kudo 2018, *Subword Regularization*: among all ways to cut a word into
pieces, take the one whose pieces have the highest product of probabilities, found by the
Viterbi algorithm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

START_OF_WORD = "\u2581"


class Unigram:
    """A vocabulary of ``(piece, log-probability)`` pairs; a piece's id is its rank in it.

    ``unknown`` is the id of the piece that stands for a character that no piece covers.
    """

    def __init__(self, pieces: Iterable[tuple[str, float]], unknown: int) -> None:
        self._pieces = {piece: (rank, score) for rank, (piece, score) in enumerate(pieces) if piece}
        self._unknown = unknown
        self._start = self._pieces[START_OF_WORD][0]
        self._longest = max(map(len, self._pieces))
        # The usual penalty of the method's reference implementation.
        self._unknown_score = min(score for _, score in self._pieces.values()) - 10

    def encode(self, word: str) -> list[int]:
        """Return the ids of a word's pieces, none where it is empty.

        The mark of a word's start is left out where it would be a piece of its own.
        """
        if not word:
            return []
        ids = self._segment(START_OF_WORD + word)
        return ids[1:] if ids[0] == self._start and len(ids) > 1 else ids

    def _segment(self, text: str) -> list[int]:
        best = [0.0] + [float("-inf")] * len(text)
        arrival: list[tuple[int, int]] = [(0, self._unknown)] * (len(text) + 1)
        for end in range(1, len(text) + 1):
            for start in range(max(0, end - self._longest), end):
                known = self._pieces.get(text[start:end])
                if known is not None:
                    rank, score = known
                elif end - start == 1:
                    rank, score = self._unknown, self._unknown_score
                else:
                    continue
                if best[start] + score > best[end]:
                    best[end] = best[start] + score
                    arrival[end] = (start, rank)
        ids = []
        end = len(text)
        while end:
            end, rank = arrival[end]
            ids.append(rank)
        return ids[::-1]
