"""A consume–process–produce loop written by hand on confluent-kafka, with our guarantee.

    python bench/peers/confluent.py ANALYSIS SERVERS PREFIX

At least once: a batch is committed when every event made from it is acknowledged by all
replicas. It has no dead letters and no process of its own for the analysis, so a bad record ends
it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from confluent_kafka import Consumer, Producer

from bench.peers.analysis import BATCH, named
from streams import topics

if TYPE_CHECKING:
    from confluent_kafka import KafkaError, Message

FLUSH_SECONDS = 120
BATCH_WAIT_SECONDS = 0.01


def main(analysis: str, servers: str, prefix: str) -> None:
    """Run until killed."""
    analyse = named(analysis)
    consumer = Consumer(
        {
            "bootstrap.servers": servers,
            "group.id": f"{prefix}confluent",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
        }
    )
    producer = Producer({"bootstrap.servers": servers, "acks": "all", "linger.ms": 5})
    failed: list[KafkaError] = []

    def delivered(error: KafkaError | None, _: Message) -> None:
        if error is not None:
            failed.append(error)

    consumer.subscribe([prefix + topics.ARTICLES])
    while True:
        messages = [
            message
            for message in consumer.consume(BATCH, timeout=BATCH_WAIT_SECONDS)
            if message.error() is None
        ]
        for events in analyse([message.value() or b"" for message in messages]):
            for event in events:
                producer.produce(
                    prefix + event.topic,
                    event.value,
                    event.key,
                    headers=list(event.headers),
                    on_delivery=delivered,
                )
                producer.poll(0)
        if producer.flush(FLUSH_SECONDS) or failed:
            sys.exit(f"not delivered: {failed}")
        if messages:
            consumer.commit(asynchronous=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
