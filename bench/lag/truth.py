"""Check the lag against the truth at random moments, while records flow.

A producer writes in bursts, a consumer group works at a changing speed and commits as it goes.
At each moment the monitor is polled. Afterwards an independent consumer reads the whole topic,
and for every moment and partition it is checked that

- the committed offset and the end lie between what the client had been told before the poll and
  what it was told after it;
- the lag is the number of records that the independent consumer counts from one to the other;
- the time lag is the age of the first of them, by the time that the producer wrote into it.

Prints one line a broker; exits 1 where a lag is wrong or a time lag is off by a second or more.

    python -m bench.lag.truth --moments 100
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import threading
import time
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

from streams.broker import EmbeddedBroker
from streams.config import Settings
from streams.lag import Report, lag_monitor
from tests.kafka.cluster import KafkaCluster

if TYPE_CHECKING:
    from collections.abc import Callable

TOPIC = "truth"
GROUP = "worker"
PARTITIONS = 4


@dataclass
class Told:
    """What the brokers have confirmed to the clients, by partition."""

    written: list[int] = field(default_factory=lambda: [0] * PARTITIONS)
    committed: list[int] = field(default_factory=lambda: [0] * PARTITIONS)


@dataclass
class Moment:
    """A poll, between what had been confirmed before and after it."""

    written_before: list[int]
    committed_before: list[int]
    report: Report
    written_after: list[int]
    committed_after: list[int]


def produce(servers: str, told: Told, sent: list[int], stop: threading.Event) -> None:
    """Write bursts of records that carry the time they were written, until stopped."""
    with closing(KafkaProducer(bootstrap_servers=servers)) as producer:
        while not stop.is_set():
            futures = []
            for _ in range(random.randrange(1, 60)):
                partition = random.randrange(PARTITIONS)
                sent[partition] += 1
                value = repr(time.time()).encode()
                futures.append((partition, producer.send(TOPIC, value, partition=partition)))
            for partition, future in futures:
                written = future.get(timeout=30).offset + 1
                told.written[partition] = max(told.written[partition], written)
            time.sleep(random.random() * 0.1)


def consume(servers: str, told: Told, begun: list[int], stop: threading.Event) -> None:
    """Process at a changing speed and commit after every batch, until stopped."""
    with closing(
        KafkaConsumer(
            TOPIC,
            bootstrap_servers=servers,
            group_id=GROUP,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            max_poll_records=100,
            session_timeout_ms=6000,
            heartbeat_interval_ms=500,
        )
    ) as consumer:
        while not stop.is_set():
            records = consumer.poll(timeout_ms=100)
            time.sleep(random.random() * 0.2)
            for partition in records:
                begun[partition.partition] = consumer.position(partition)
            consumer.commit()
            for partition in records:
                told.committed[partition.partition] = consumer.position(partition)


def watch(servers: str, moments: int) -> list[Moment]:
    """Poll at random moments while producer and consumer are at work."""
    told = Told()
    sent = [0] * PARTITIONS
    begun = [0] * PARTITIONS
    stop = threading.Event()
    threads = [
        threading.Thread(target=produce, args=(servers, told, sent, stop)),
        threading.Thread(target=consume, args=(servers, told, begun, stop)),
    ]
    for thread in threads:
        thread.start()
    seen = []
    try:
        with lag_monitor(Settings(bootstrap_servers=servers), [GROUP], [TOPIC]) as monitor:
            # The first join of the embedded broker takes seconds.
            wait_for(lambda: len(monitor.poll().verdicts) == PARTITIONS)
            for _ in range(moments):
                time.sleep(random.random() * 0.5)
                before = list(told.written), list(told.committed)
                report = monitor.poll()
                seen.append(Moment(*before, report, list(sent), list(begun)))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    return seen


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.1)


def read_all(servers: str) -> dict[int, dict[int, float]]:
    """Return, by partition and offset, the time that the producer wrote into each record."""
    partitions = [TopicPartition(TOPIC, number) for number in range(PARTITIONS)]
    read: dict[int, dict[int, float]] = {number: {} for number in range(PARTITIONS)}
    with closing(
        KafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest")
    ) as consumer:
        consumer.assign(partitions)
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < 2:
            for partition, records in consumer.poll(timeout_ms=500).items():
                quiet_since = time.monotonic()
                for record in records:
                    read[partition.partition][record.offset] = float(record.value)
    return read


def compare(moments: list[Moment], records: dict[int, dict[int, float]]) -> tuple[int, float]:
    """Return how many figures are wrong, and by how many seconds a time lag is off at most."""
    wrong = 0
    errors = []
    for moment in moments:
        for verdict in moment.report.verdicts:
            seen = verdict.observation
            number = seen.partition
            committed, end = seen.committed or 0, seen.end or 0
            left = [offset for offset in records[number] if committed <= offset < end]
            right = (
                seen.lag == len(left)
                and moment.committed_before[number] <= committed <= moment.committed_after[number]
                and moment.written_before[number] <= end <= moment.written_after[number]
            )
            wrong += not right
            truth = moment.report.time - records[number][min(left)] if left else 0.0
            errors.append(abs((verdict.seconds or 0.0) - truth))
    return wrong, max(errors)


def run(name: str, broker: AbstractContextManager[Any], moments: int) -> bool:
    with broker as running:
        servers = running.bootstrap_servers
        with closing(KafkaAdminClient(bootstrap_servers=servers)) as admin:
            admin.create_topics([NewTopic(TOPIC, PARTITIONS, 1)])
        seen = watch(servers, moments)
        wrong, error = compare(seen, read_all(servers))
    lags = [verdict.observation.lag or 0 for each in seen for verdict in each.report.verdicts]
    print(
        f"{name}: {moments} moments, {len(lags)} lags from {min(lags)} to {max(lags)}, "
        f"{wrong} wrong; time lag off by {error:.4f} s at most"
    )
    return wrong == 0 and error < 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--moments", type=int, default=100)
    moments = parser.parse_args().moments
    logging.disable(logging.CRITICAL)
    brokers: dict[str, AbstractContextManager[Any]] = {
        "Apache Kafka": KafkaCluster(),
        "embedded broker": EmbeddedBroker(),
    }
    passed = [run(name, broker, moments) for name, broker in brokers.items()]
    sys.exit(not all(passed))


if __name__ == "__main__":
    main()
