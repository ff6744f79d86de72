"""What was published, against what came of it."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streams import topics
from streams.client import follow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streams.config import Settings


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of a scenario, in records. ``renamed`` are duplicates with another ``ce_id``.

    ``seconds`` passed from the end of the fault until every record was accounted for.
    """

    scenario: str
    published: int
    tagged: int
    rejected: int
    lost: int
    duplicated: int
    renamed: int
    restarts: int
    seconds: float


class Ledger:
    """Reads the tagged and the rejected topic from their beginning and keeps count."""

    def __init__(self) -> None:
        self.tagged: Counter[bytes] = Counter()
        self.rejected: dict[bytes, list[bytes | None]] = defaultdict(list)
        self._ids: dict[bytes, set[str | None]] = defaultdict(set)

    def read(
        self, settings: Settings, published: Mapping[bytes, bytes | None], wait: float
    ) -> None:
        """Read until every published record is accounted for or ``wait`` seconds have passed.

        What follows within two seconds is still counted, as it may be duplicates.
        """
        deadline = time.monotonic() + wait
        complete = False
        for record in follow((topics.TAGGED, topics.REJECTED), settings, from_beginning=True):
            if record is not None:
                key = record.key or b""
                if record.topic.endswith(topics.TAGGED):
                    self.tagged[key] += 1
                    self._ids[key].add(record.header("ce_id"))
                else:
                    self.rejected[key].append(record.value)
                continue
            if not complete and not self.lost(published):
                complete, deadline = True, time.monotonic() + 2
            if time.monotonic() > deadline:
                return

    def lost(self, published: Mapping[bytes, bytes | None]) -> set[bytes]:
        """Return the keys that were neither tagged nor rejected with their bytes as they were."""
        return {
            key
            for key, value in published.items()
            if key not in self.tagged and value not in self.rejected.get(key, [])
        }

    def result(
        self,
        scenario: str,
        published: Mapping[bytes, bytes | None],
        restarts: int,
        seconds: float,
    ) -> Result:
        """Sum up."""
        return Result(
            scenario,
            len(published),
            len(published.keys() & self.tagged.keys()),
            len(published.keys() & self.rejected.keys()),
            len(self.lost(published)),
            sum(count - 1 for count in self.tagged.values())
            + sum(len(values) - 1 for values in self.rejected.values()),
            sum(len(ids) - 1 for ids in self._ids.values()),
            restarts,
            seconds,
        )
