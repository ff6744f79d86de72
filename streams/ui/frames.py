"""What browsers are told: a bounded log of frames that each reads at its own pace.

A browser is nothing but a position in the log. One that is slow falls behind, and where it
falls behind the oldest frame kept, it loses what was there; nothing is queued for it, and
nobody waits for it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import takewhile
from operator import attrgetter
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Frame:
    """One thing to tell: a number that grows, what kind of thing it is, and its JSON."""

    number: int
    kind: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Limit:
    """How much of a kind is kept: the newest ``frames`` of at most ``size`` bytes together.

    Frames that ``lapse`` describe a state, which a later one makes obsolete: nobody misses
    those that are gone.
    """

    frames: int
    size: int
    lapse: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """The frames after a position, oldest first, and whether some that followed it are lost."""

    frames: tuple[Frame, ...]
    lost: bool


class FrameLog:
    """The newest frames of each kind. Any thread may add and read."""

    def __init__(self, limits: Mapping[str, Limit]) -> None:
        self._kinds = {kind: _Kind(limit) for kind, limit in limits.items()}
        self._number = 0
        self._lock = Lock()

    def add(self, kind: str, data: bytes) -> None:
        """Add a frame; the oldest of its kind make room."""
        with self._lock:
            self._number += 1
            self._kinds[kind].add(Frame(self._number, kind, data))

    def after(self, number: int, most: int) -> Batch:
        """Return the frames after a position, at most so many."""
        with self._lock:
            newer = [frame for kind in self._kinds.values() for frame in kind.after(number)]
            lost = any(kind.has_lost(number) for kind in self._kinds.values())
        newer.sort(key=attrgetter("number"))
        return Batch(tuple(newer[:most]), lost)


class _Kind:
    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._frames: deque[Frame] = deque()
        self._size = 0
        self._lost = 0

    def add(self, frame: Frame) -> None:
        self._frames.append(frame)
        self._size += len(frame.data)
        while len(self._frames) > self._limit.frames or self._size > self._limit.size:
            oldest = self._frames.popleft()
            self._size -= len(oldest.data)
            self._lost = oldest.number

    def after(self, number: int) -> list[Frame]:
        return list(takewhile(lambda frame: frame.number > number, reversed(self._frames)))

    def has_lost(self, number: int) -> bool:
        return self._lost > number and not self._limit.lapse
