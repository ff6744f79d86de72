"""A processor of ours that sends every record on as it is, to measure what it runs in.

python bench/peers/passthrough.py SERVERS PREFIX
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from streams import topics
from streams.config import Settings, load_settings
from streams.events import Event, Record
from streams.processors.processor import Handler, Outcome, Processed, Processor
from streams.processors.worker import run_processor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def load(_: Settings) -> Handler:
    """Return the handler."""

    def handle(records: Sequence[Record], now: datetime) -> list[Outcome]:  # noqa: ARG001
        return [
            Processed((Event(topics.TAGGED, record.key, record.value, ()),)) for record in records
        ]

    return handle


PASSTHROUGH = Processor("passthrough", topics.ARTICLES, (topics.TAGGED,), load)


def main(servers: str, prefix: str) -> None:
    """Run until stopped."""
    run_processor(PASSTHROUGH, load_settings(servers, topic_prefix=prefix))


if __name__ == "__main__":
    main(*sys.argv[1:])
