"""Finding the oldest unprocessed record in the bytes of a Fetch response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kafka.errors import UnsupportedCodecError
from kafka.record import MemoryRecords

RECORD_BATCH_MAGIC = 2
"""The record format since Kafka 0.11; older ones have neither headers nor control batches."""


@dataclass(frozen=True, slots=True)
class Found:
    """The first record at or after an offset, by its timestamp in seconds since the epoch.

    ``timestamp`` is ``None`` for a record that was written without one.
    """

    timestamp: float | None


@dataclass(frozen=True, slots=True)
class NotYet:
    """No record that a consumer would be given, up to the offset to look on from."""

    next_offset: int


def first_record(data: bytes, offset: int) -> Found | NotYet:
    """Find the first record at or after ``offset`` that is not a control record.

    A fetch returns whole batches, so that the first may begin before ``offset``.
    """
    next_offset = offset
    for batch in MemoryRecords(data):
        if batch.magic < RECORD_BATCH_MAGIC:
            for record in batch:
                if record.offset >= offset:
                    return Found(_seconds(record.timestamp))
            continue
        next_offset = max(next_offset, batch.next_offset)
        if batch.is_control_batch or batch.next_offset <= offset:
            continue
        found, timestamp = _first_in_batch(batch, offset)
        if found:
            return Found(_seconds(timestamp))
    return NotYet(next_offset)


def _first_in_batch(batch: Any, offset: int) -> tuple[bool, int]:
    complete = batch.records_count == batch.last_offset_delta + 1
    if complete and batch.base_offset >= offset:
        # The header says it all: no need to decompress. Compaction keeps the header of a batch
        # whose first records it removed, hence the test for completeness.
        logged = batch.timestamp_type == batch.LOG_APPEND_TIME
        return True, batch.max_timestamp if logged else batch.first_timestamp
    try:
        return next(((True, r.timestamp) for r in batch if r.offset >= offset), (False, 0))
    except UnsupportedCodecError:
        # Too old by at most the time that the producer took to fill the batch.
        return True, batch.first_timestamp


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None or milliseconds < 0 else milliseconds / 1000
