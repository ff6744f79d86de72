"""Windows cover every unit once, each with enough context."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.analysis.entities.windows import LIMIT, MARGIN, windows

LONGEST_UNIT = 16


@given(st.lists(st.integers(1, LONGEST_UNIT), max_size=400))
def test_every_unit_is_read_once_with_context_on_both_sides(lengths: list[int]) -> None:
    read: list[int] = []
    for start, end, first, last in windows(lengths):
        assert start <= first < last <= end
        assert sum(lengths[start:end]) <= LIMIT
        assert start == 0 or sum(lengths[start:first]) > MARGIN - LONGEST_UNIT
        assert end == len(lengths) or sum(lengths[last:end]) > MARGIN - LONGEST_UNIT
        read += range(first, last)
    assert read == list(range(len(lengths)))


def test_a_short_sentence_is_one_window() -> None:
    assert list(windows([1] * LIMIT)) == [(0, LIMIT, 0, LIMIT)]
