"""Cutting a long sentence into overlapping windows, without effects at their borders.

Every unit's scores are read from a window in which it has at least ``MARGIN`` of context on
each side, or all there is to the end of its sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LIMIT = 192
"""The longest window, in model inputs (pieces or units)."""
MARGIN = 40
"""Context on each side of what is read from a window, in model inputs."""


class Window(NamedTuple):
    """Units ``start`` to ``end`` go in, the scores of ``first`` to ``last`` are read."""

    start: int
    end: int
    first: int
    last: int


def windows(lengths: Sequence[int]) -> Iterator[Window]:
    """Yield the windows over units of these lengths, which must each be well below ``LIMIT``.

    Together their ``first`` to ``last`` cover every unit once, in order.
    """
    if not lengths:
        return
    if sum(lengths) <= LIMIT:
        yield Window(0, len(lengths), 0, len(lengths))
        return
    first = 0
    while first < len(lengths):
        start = _reach(lengths, first, -1, MARGIN)
        end = _reach(lengths, start, 1, LIMIT)
        last = end if end == len(lengths) else _reach(lengths, end, -1, MARGIN)
        yield Window(start, end, first, last)
        first = last


def _reach(lengths: Sequence[int], origin: int, step: int, budget: int) -> int:
    """Return how far from a border between units one gets within a budget of lengths."""
    border = origin
    while True:
        unit = border if step > 0 else border - 1
        if not 0 <= unit < len(lengths) or lengths[unit] > budget:
            return border
        budget -= lengths[unit]
        border += step
