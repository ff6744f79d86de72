"""How many of the records that wait are handled at once."""

from __future__ import annotations

import asyncio

from streams.processors.batching import take


def taken(waiting: list[int | None], size: int = 64, share: float = 0.25) -> list[int]:
    """Return what is taken of a queue with room for ``size``."""

    async def first() -> list[int]:
        queue: asyncio.Queue[int | None] = asyncio.Queue(size)
        for item in waiting:
            queue.put_nowait(item)
        return await take(queue, share)

    return asyncio.run(first())


def test_few_that_wait_are_taken_one_by_one() -> None:
    assert taken([1]) == [1]
    assert taken([1, 2, 3, 4]) == [1]


def test_more_are_taken_by_a_share() -> None:
    assert taken([1, 2, 3, 4, 5]) == [1, 2]
    assert taken(list(range(63))) == list(range(16))


def test_all_of_a_full_queue_is_taken() -> None:
    assert taken(list(range(64))) == list(range(64))


def test_nothing_is_taken_past_the_end() -> None:
    assert taken([1, 2, None], share=1.0) == [1, 2]
    assert taken([None]) == []


def test_one_is_waited_for() -> None:
    async def later() -> list[int]:
        queue: asyncio.Queue[int | None] = asyncio.Queue(4)
        taking = asyncio.create_task(take(queue, 0.25))
        await asyncio.sleep(0)
        assert not taking.done()
        queue.put_nowait(7)
        return await taking

    assert asyncio.run(later()) == [7]
