"""A tagger that does what its records ask for: throw, hang, die, take all the memory there is.

All else is a real worker's: ``python -m tests.faults.worker --delivery-deadline 10``.
"""

from __future__ import annotations

import argparse
import os
import time
from typing import TYPE_CHECKING

import orjson

from streams import topics
from streams.article import Article, MalformedError
from streams.config import Settings, load_settings
from streams.events import Event, Record, cloud_event_headers, event_id
from streams.processors.policy import Policy
from streams.processors.processor import Handler, Outcome, Processed, Processor, Rejection
from streams.processors.worker import run_processor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

FAULT = "fault"
"""The field of an article that says what is to happen."""


def load(settings: Settings) -> Handler:
    """Return the handler; it needs no model."""

    def handle(records: Sequence[Record], now: datetime) -> list[Outcome]:
        return [_outcome(record, now) for record in records]

    return handle


def _outcome(record: Record, now: datetime) -> Outcome:
    try:
        article = Article.parse(record.value)
    except MalformedError as error:
        return Rejection(error.code, str(error))
    match orjson.loads(article.raw).get(FAULT):
        case "throw":
            raise RuntimeError("as the record asks")
        case "hang":
            time.sleep(3600)
        case "die":
            os._exit(139)
        case "memory":
            hoard = bytearray()
            while True:
                hoard += bytes(64 * 1024 * 1024)
    headers = cloud_event_headers(
        id_=event_id("tagged", article.raw),
        kind="tagged",
        source="/hedgewire/tagger",
        subject=article.id,
        time=now,
    )
    return Processed((Event(topics.TAGGED, article.id.encode(), article.raw, headers),))


def main() -> None:
    """Run the worker until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delivery-deadline", type=float, default=120.0, metavar="SECONDS")
    parser.add_argument("--batch-timeout", type=float, default=60.0, metavar="SECONDS")
    arguments = parser.parse_args()
    policy = Policy(
        delivery_deadline=arguments.delivery_deadline,
        batch_timeout=arguments.batch_timeout,
        memory=512 * 1024 * 1024,
    )
    run_processor(
        Processor("tagger", topics.ARTICLES, (topics.TAGGED,), load), load_settings(), policy
    )


if __name__ == "__main__":
    main()
