"""Dead letters: a record that no processor can use, its bytes untouched, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams import topics
from streams.events import Event, Record, event_id, timestamp

if TYPE_CHECKING:
    from datetime import datetime

    from streams.processors.processor import Rejection

ORIGINAL = "source.header."
"""Put before the names of the record's own headers, so that a replay can restore them."""


def rejected_event(record: Record, reason: Rejection, processor: str, now: datetime) -> Event:
    """Return the dead letter of a record: its key and value as received, headers that say why."""
    place = (record.topic, str(record.partition), str(record.offset))
    described = {
        "ce_specversion": "1.0",
        "ce_id": event_id("rejected", processor, *place),
        "ce_source": f"/hedgewire/{processor}",
        "ce_type": "hedgewire.rejected.v1",
        "ce_time": timestamp(now),
        "content-type": "application/octet-stream",
        "error": reason.code,
        "error.message": reason.message[:2000],
        "source.topic": record.topic,
        "source.partition": str(record.partition),
        "source.offset": str(record.offset),
        "source.timestamp": str(record.timestamp),
        "processor": processor,
    }
    return Event(
        topic=topics.REJECTED,
        key=record.key,
        value=record.value,
        headers=(
            # A lone surrogate in a message must not stop the record that it is about.
            *((name, value.encode("utf-8", "replace")) for name, value in described.items()),
            *((ORIGINAL + name, value) for name, value in record.headers),
        ),
    )
