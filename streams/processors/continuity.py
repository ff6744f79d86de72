"""The check that a stream passes over no record.

Around a rebalance Faust may throw away records that it has fetched and go on behind them. It then
takes the gap for one in the log and commits over it. So a gap is believed only when the log has it
too; of the one such fault that is known, ``transport`` mends the cause.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

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


class Continuity:
    """Remembers how far each partition has come, and looks again wherever there is a gap."""

    def __init__(self, settings: Settings, group: str) -> None:
        self._settings = settings
        self._group = group
        self._next: dict[Place, int] = {}

    def check(self, records: Sequence[Record]) -> None:
        """Check the next records of a stream, which may come again after it went back.

        Blocks while it looks into the log: for the first record of a partition, and at gaps.

        Raises:
            SkippedError: Records before one of these were neither here before nor committed.
            BrokerUnreachableError: No broker answered in time.
        """
        with ExitStack() as stack:
            log: _Log | None = None
            for record in records:
                place = (record.topic, record.partition)
                expected = self._next.get(place)
                if expected is None or record.offset > expected:
                    log = log or stack.enter_context(_Log(self._settings, self._group))
                    first = log.first(place, expected or 0, record.offset)
                    if first < record.offset:
                        topic, partition = place
                        raise SkippedError(f"{topic}[{partition}]@{first} to {record.offset - 1}")
                self._next[place] = max(expected or 0, record.offset + 1)


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

    def first(self, place: Place, expected: int, seen: int) -> int:
        """Return the offset of the first record that is neither committed nor before ``expected``.

        Where all before ``seen`` are, that record is not looked for.
        """
        partition = TopicPartition(*place)
        with connecting(self._settings):
            self._client.assign([partition])
            start = max(self._client.committed(partition) or 0, expected)
            if start >= seen:
                return start
            self._client.seek(partition, start)  # and on to the beginning, where that is later
            deadline = time.monotonic() + READ_TIMEOUT_SECONDS
            while time.monotonic() < deadline:
                for messages in self._client.poll(timeout_ms=250, max_records=1).values():
                    offset: int = messages[0].offset
                    return offset
        raise SkippedError(f"{place} does not show offset {seen} again")
