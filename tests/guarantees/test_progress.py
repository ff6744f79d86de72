"""When a worker counts as stalled."""

from __future__ import annotations

from streams.lag.observation import Observation
from streams.processors.health import Progress

PATIENCE = 60.0
A, B = ("articles", 0), ("articles", 1)


def seen(partition: int, committed: int | None, end: int) -> Observation:
    return Observation("hedgewire.tagger", "articles", partition, committed, start=0, end=end)


def test_a_partition_that_moves_is_not_stalled() -> None:
    progress = Progress()
    for now in range(0, 300, 50):
        progress.observe([seen(0, now, 1000)], now, at_work=False)
    assert progress.stalled({A}, 300, PATIENCE) == []


def test_nor_is_one_that_has_nothing_to_do() -> None:
    progress = Progress()
    for now in (0, 100):
        progress.observe([seen(0, 10, 10)], now, at_work=False)
    assert progress.stalled({A}, 100, PATIENCE) == []


def test_records_that_wait_too_long_are_a_stall() -> None:
    progress = Progress()
    for now in (0, 50, 100):
        progress.observe([seen(0, 10, 11 + now), seen(1, None, 5)], now, at_work=False)
    assert progress.stalled({A}, 100, PATIENCE) == [A]
    assert progress.stalled({A, B}, 100, PATIENCE) == [A, B]
    assert progress.stalled({A}, 55, PATIENCE) == []


def test_others_stall_on_their_own_account() -> None:
    progress = Progress()
    for now in (0, 100):
        progress.observe([seen(0, 10, 20)], now, at_work=False)
    assert progress.stalled({B}, 100, PATIENCE) == []
    assert progress.stalled(set(), 100, PATIENCE) == [A]


def test_a_long_batch_is_no_stall_but_begins_the_wait_anew() -> None:
    progress = Progress()
    progress.observe([seen(0, 10, 20)], 0, at_work=False)
    progress.observe([seen(0, 10, 20)], 100, at_work=True)
    assert progress.stalled({A}, 100, PATIENCE) == []
    progress.observe([seen(0, 10, 20)], 150, at_work=False)
    assert progress.stalled({A}, 150, PATIENCE) == []
    assert progress.stalled({A}, 161, PATIENCE) == [A]
