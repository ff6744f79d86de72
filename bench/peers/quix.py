"""The same analysis in Quix Streams, which gives a function one record at a time.

python bench/peers/quix.py ANALYSIS SERVERS PREFIX
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from quixstreams import Application

from bench.peers.analysis import named
from streams import topics

if TYPE_CHECKING:
    from streams.events import Event

OUTPUTS = (topics.TAGGED, topics.HEDGED, topics.CLAIMS)


class Outgoing(bytes):
    """The value of an event, as it is sent, with the event."""

    event: Event


def main(analysis: str, servers: str, prefix: str) -> None:
    """Run until killed."""
    analyse = named(analysis)
    app = Application(
        broker_address=servers,
        consumer_group=f"{prefix}quix",
        auto_offset_reset="earliest",
        auto_create_topics=False,
        commit_interval=1.0,
        processing_guarantee="at-least-once",
        producer_extra_config={"acks": "all", "linger.ms": 5},
    )
    source = app.topic(prefix + topics.ARTICLES, value_deserializer="bytes")
    outputs = {
        name: app.topic(prefix + name, value_serializer="bytes", key_serializer="bytes")
        for name in OUTPUTS
    }

    def handle(value: bytes) -> list[Outgoing]:
        (events,) = analyse([value])
        found = []
        for event in events:
            outgoing = Outgoing(event.value or b"")
            outgoing.event = event
            found.append(outgoing)
        return found

    def topic_of(value: Outgoing, *_: Any) -> Any:
        return outputs[value.event.topic]

    frame = app.dataframe(source).apply(handle, expand=True)
    frame = frame.set_headers(lambda value, *_: list(value.event.headers))
    frame.to_topic(topic_of, key=lambda value: value.event.key)
    app.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
