"""Who is hedged about: entities by the mentions of them that stand in a claim, lately."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BUCKETS = 30
ENTITIES_IN_BUCKET = 5_000
"""What bounds the memory; entities that come later in the same bucket are not counted."""


@dataclass(slots=True)
class _Bucket:
    number: int
    hedged: Counter[str] = field(default_factory=Counter)
    mentions: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Ranked:
    """An entity's mentions in the window, and the hedged ones in each of its buckets in turn."""

    id: str
    name: str
    type: str
    hedged: int
    mentions: int
    series: tuple[int, ...]


class Ranking:
    """Counts over a sliding window of ``BUCKETS`` equal parts; ``window`` in seconds."""

    def __init__(self, window: float) -> None:
        self._width = window / BUCKETS
        self._buckets: deque[_Bucket] = deque()
        self._names: dict[str, tuple[str, str]] = {}

    def add(self, by_entity: Iterable[Mapping[str, Any]], at: float) -> None:
        """Count an article's ``by_entity``; ``at`` is when it was processed, in seconds."""
        bucket = self._bucket(int(at // self._width))
        if bucket is None:
            return
        for item in by_entity:
            entity = item["entity"]
            known = entity["id"] in bucket.mentions
            if known or len(bucket.mentions) < ENTITIES_IN_BUCKET:
                bucket.mentions[entity["id"]] += item["mentions"]
                bucket.hedged[entity["id"]] += item["hedged_mentions"]
                self._names[entity["id"]] = (entity["name"], entity["type"])

    def top(self, now: float, most: int) -> list[Ranked]:
        """Return the entities with most hedged mentions in the window that ends now."""
        last = int(now // self._width)
        self._forget(last)
        hedged: Counter[str] = Counter()
        for bucket in self._buckets:
            hedged.update(bucket.hedged)
        by_number = {bucket.number: bucket for bucket in self._buckets}
        numbers = range(last - BUCKETS + 1, last + 1)
        return [
            Ranked(
                identifier,
                *self._names[identifier],
                count,
                sum(bucket.mentions[identifier] for bucket in self._buckets),
                tuple(
                    by_number[number].hedged[identifier] if number in by_number else 0
                    for number in numbers
                ),
            )
            for identifier, count in hedged.most_common(most)
            if count
        ]

    def _bucket(self, number: int) -> _Bucket | None:
        """Return the bucket of that number, ``None`` where it is over already."""
        for bucket in reversed(self._buckets):
            if bucket.number == number:
                return bucket
        if self._buckets and number < self._buckets[-1].number - BUCKETS:
            return None
        self._buckets.append(_Bucket(number))
        self._buckets = deque(sorted(self._buckets, key=lambda bucket: bucket.number))
        self._forget(self._buckets[-1].number)
        return next((bucket for bucket in self._buckets if bucket.number == number), None)

    def _forget(self, last: int) -> None:
        """Drop the buckets before the window that ends with ``last``, and names only they had."""
        forgotten = False
        while self._buckets and self._buckets[0].number <= last - BUCKETS:
            self._buckets.popleft()
            forgotten = True
        if forgotten:
            kept = {name for bucket in self._buckets for name in bucket.mentions}
            self._names = {key: value for key, value in self._names.items() if key in kept}
