"""How many of the records that wait are handled at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import asyncio

Item = TypeVar("Item")


async def take(queue: asyncio.Queue[Item | None], share: float) -> list[Item]:
    """Return the next items of a queue, waiting for one; none when ``None`` says it has ended.

    They are a ``share`` of all that wait, rounded up; all, where the queue is full, as then the
    rest is waiting to get into it.
    """
    items = [await queue.get()]
    waiting = 1 + queue.qsize()
    wanted = waiting if waiting >= queue.maxsize else math.ceil(share * waiting)
    while items[-1] is not None and len(items) < wanted:
        items.append(queue.get_nowait())
    return [item for item in items if item is not None]
