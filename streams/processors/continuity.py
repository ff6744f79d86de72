"""The check that a stream passes over no record.

Around a rebalance Faust may throw away records that it has fetched and go on behind them. It then
takes the gap for one in the log and commits over it. So a gap is believed only when the log has it
too; of the one such fault that is known, ``transport`` mends the cause.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from kafka import TopicPartition

from streams.connection import connecting, consumer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.config import Settings
    from streams.events import Record

Place = tuple[str, int]
"""A topic's full name and a partition."""

READ_TIMEOUT_SECONDS = 60.0


class SkippedError(Exception):
    """The stream passed over records; the message says which."""


class Gap(NamedTuple):
    """Offsets of a partition that a stream passed over, from ``start`` to before ``end``."""

    place: Place
    start: int
    end: int


class Continuity:
    """Remembers how far each partition has come, and looks again wherever there is a gap.

    The first record of a partition is behind one that begins at 0.
    """

    def __init__(self, settings: Settings, group: str) -> None:
        self._settings = settings
        self._group = group
        self._next: dict[Place, int] = {}

    def advance(self, records: Sequence[Record]) -> list[Gap]:
        """Take note of the next records of a stream, which may come again after it went back.

        Returns what lies between these and what came before.
        """
        gaps = []
        for record in records:
            place = (record.topic, record.partition)
            expected = self._next.get(place, 0)
            if record.offset > expected:
                gaps.append(Gap(place, expected, record.offset))
            self._next[place] = max(expected, record.offset + 1)
        return gaps

    def check(self, gaps: Sequence[Gap]) -> None:
        """Look whether the log has the gaps of a stream too; blocks.

        Raises:
            SkippedError: There are records in one, and they are not committed.
            BrokerUnreachableError: No broker answered in time.
        """
        with _Log(self._settings, self._group) as log:
            for gap in gaps:
                first = log.first(gap)
                if first < gap.end:
                    topic, partition = gap.place
                    raise SkippedError(f"{topic}[{partition}]@{first} to {gap.end - 1}")


class _Log:
    """What is there to be processed, as the broker has it."""

    def __init__(self, settings: Settings, group: str) -> None:
        self._settings = settings
        self._client = consumer(
            settings, group, auto_offset_reset="earliest", isolation_level="read_committed"
        )

    def __enter__(self) -> _Log:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def first(self, gap: Gap) -> int:
        """Return the offset of the first record after the start of a gap that is not committed.

        Where all before its end are, that record is not looked for.
        """
        partition = TopicPartition(*gap.place)
        with connecting(self._settings):
            self._client.assign([partition])
            start = max(self._client.committed(partition) or 0, gap.start)
            if start >= gap.end:
                return start
            self._client.seek(partition, start)  # and on to the beginning, where that is later
            deadline = time.monotonic() + READ_TIMEOUT_SECONDS
            while time.monotonic() < deadline:
                for messages in self._client.poll(timeout_ms=250, max_records=1).values():
                    offset: int = messages[0].offset
                    return offset
        raise SkippedError(f"{gap.place} does not show offset {gap.end} again")
