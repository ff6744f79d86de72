"""The oldest unprocessed record, in the bytes that a broker returns."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.record import MemoryRecordsBuilder

from streams.lag.records import Found, NotYet, first_record

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

UNCOMPRESSED, GZIP = 0, 1
CONTROL_MASK = 0x20
ATTRIBUTES_OFFSET = struct.calcsize(">qiibI")
COUNT_OFFSET = struct.calcsize(">qiibIhiqqqhi")


def batch(first_offset: int, timestamps: list[int], codec: int = UNCOMPRESSED) -> bytearray:
    """Build a record batch as a producer does, at an offset as the broker sets it."""
    builder = MemoryRecordsBuilder(magic=2, compression_type=codec, batch_size=1 << 20)
    for timestamp in timestamps:
        builder.append(timestamp=timestamp, key=None, value=b"v", headers=[])
    builder.close()
    data = bytearray(builder.buffer())
    struct.pack_into(">q", data, 0, first_offset)
    return data


def control_batch(offset: int) -> bytearray:
    data = batch(offset, [9_000])
    struct.pack_into(">h", data, ATTRIBUTES_OFFSET, CONTROL_MASK)
    return data


@pytest.mark.parametrize("codec", [UNCOMPRESSED, GZIP])
@pytest.mark.parametrize(("offset", "seconds"), [(7, 1.0), (8, 2.0), (9, 3.0)])
def test_a_position_within_a_batch(codec: int, offset: int, seconds: float) -> None:
    data = batch(7, [1_000, 2_000, 3_000], codec)
    assert first_record(bytes(data), offset) == Found(seconds)


def test_earlier_batches_are_passed_over() -> None:
    data = batch(0, [1_000, 2_000]) + batch(2, [3_000])
    assert first_record(bytes(data), 2) == Found(3.0)


def test_control_records_are_passed_over() -> None:
    data = control_batch(4) + batch(5, [3_000])
    assert first_record(bytes(data), 4) == Found(3.0)


def test_nothing_but_control_records() -> None:
    assert first_record(bytes(control_batch(4)), 4) == NotYet(5)


def test_nothing_at_all() -> None:
    assert first_record(b"", 4) == NotYet(4)


def test_a_batch_cut_off_by_the_size_limit() -> None:
    assert first_record(bytes(batch(4, [1_000])[:-1]), 4) == NotYet(4)


def test_offsets_that_compaction_removed() -> None:
    data = batch(2, [1_000]) + batch(9, [3_000])
    assert first_record(bytes(data), 5) == Found(3.0)


def test_a_batch_that_compaction_emptied() -> None:
    data = batch(4, [1_000, 2_000])[: COUNT_OFFSET + 4]
    struct.pack_into(">i", data, 8, len(data) - 12)
    struct.pack_into(">i", data, COUNT_OFFSET, 0)
    assert first_record(bytes(data), 4) == NotYet(6)


def test_a_batch_whose_first_record_compaction_removed() -> None:
    # Compaction keeps the header, with the base offset and timestamp of the removed record.
    whole = batch(4, [1_000, 2_000])
    one = len(batch(4, [1_000])) - (COUNT_OFFSET + 4)
    data = whole[: COUNT_OFFSET + 4] + whole[COUNT_OFFSET + 4 + one :]
    struct.pack_into(">i", data, 8, len(data) - 12)
    struct.pack_into(">i", data, COUNT_OFFSET, 1)
    assert first_record(bytes(data), 4) == Found(2.0)


def test_a_record_without_a_timestamp() -> None:
    assert first_record(bytes(batch(0, [-1])), 0) == Found(None)


def test_the_old_format() -> None:
    builder = MemoryRecordsBuilder(magic=1, compression_type=UNCOMPRESSED, batch_size=1 << 20)
    builder.append(timestamp=1_000, key=None, value=b"a")
    builder.append(timestamp=2_000, key=None, value=b"b")
    builder.close()
    assert first_record(bytes(builder.buffer()), 1) == Found(2.0)


@st.composite
def logs(draw: DrawFn) -> tuple[bytes, dict[int, float], int]:
    """Draw a log of batches with gaps, what a consumer is given of it, and its end."""
    data = bytearray()
    records: dict[int, float] = {}
    end = 0
    for _ in range(draw(st.integers(0, 5))):
        control = draw(st.booleans())
        builder = MemoryRecordsBuilder(
            magic=2,
            compression_type=draw(st.sampled_from([UNCOMPRESSED, GZIP])),
            batch_size=1 << 20,
        )
        base, length = end, 0
        for _ in range(draw(st.integers(1, 4))):
            removed = draw(st.integers(0, 2))
            builder.skip(removed)
            length += removed
            timestamp = draw(st.integers(0, 10_000))
            builder.append(timestamp=timestamp, key=None, value=b"v")
            if not control:
                records[base + length] = timestamp / 1000
            length += 1
        builder.close()
        batch = bytearray(builder.buffer())
        struct.pack_into(">q", batch, 0, base)
        if control:
            struct.pack_into(">h", batch, ATTRIBUTES_OFFSET, CONTROL_MASK)
        data += batch
        end = base + length
    return bytes(data), records, end


@given(log=logs(), share=st.floats(0, 1))
def test_any_log_from_any_offset(log: tuple[bytes, dict[int, float], int], share: float) -> None:
    data, records, end = log
    offset = round(share * end)
    left = [at for at in records if at >= offset]
    expected = Found(records[min(left)]) if left else NotYet(end)
    assert first_record(data, offset) == expected
