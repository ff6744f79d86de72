"""Records that come in and events that go out, as CloudEvents 1.0 in Kafka's binary mode."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from streams.validation import SchemaName, schema_id

if TYPE_CHECKING:
    from datetime import datetime

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A record as the broker keeps it; ``timestamp`` in milliseconds since the epoch."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()

    def header(self, name: str) -> str | None:
        """Return a header's text, the last where it is repeated."""
        for key, value in reversed(self.headers):
            if key == name:
                return value.decode("utf-8", "replace")
        return None


@dataclass(frozen=True, slots=True)
class Event:
    """What goes out: a topic's name without prefix, and the record for it."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers


def event_id(*parts: str | bytes) -> str:
    """Return an id that is the same for the same parts: 32 hexadecimal digits of SHA-256."""
    digest = sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:32]


def cloud_event_headers(
    *, id_: str, kind: SchemaName, source: str, subject: str, time: datetime
) -> Headers:
    """Return the headers of an event (CloudEvents 1.0.2, Kafka binding, binary mode).

    ``source`` is who made the event and ``subject`` the id of the article.
    """
    return (
        ("ce_specversion", b"1.0"),
        ("ce_id", id_.encode()),
        ("ce_source", source.encode()),
        ("ce_type", f"hedgewire.{kind}.v1".encode()),
        ("ce_time", timestamp(time).encode()),
        ("ce_subject", subject.encode()),
        ("ce_dataschema", schema_id(kind).encode()),
        ("content-type", b"application/json"),
    )


def timestamp(time: datetime) -> str:
    """Return a moment as RFC 3339 in UTC with milliseconds."""
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
