"""What the frameworks cost by themselves: records of 2 kB sent on as they are."""

from __future__ import annotations

import random
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import orjson

from bench.corpus import article_of
from bench.measure import REPETITIONS, say
from bench.names import LOOP, QUIX
from bench.systems import Running, System, passthrough, peer
from streams import topics
from streams.broker import EmbeddedBroker
from tests.kafka.cluster import KafkaCluster, KafkaUnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from streams.article import Article

RECORDS = 8_000
BYTES = 2_000
PARTITIONS = 8


def measure(versions: Mapping[str, Path]) -> dict[str, dict[str, list[float]]]:
    """Return records a second of each run by broker and system.

    ``versions`` are the checkouts of ours to measure, by name.
    Apache Kafka is left out where there is no Java.
    """
    systems = {name: passthrough(source) for name, source in versions.items()} | {
        LOOP: peer("confluent", "passthrough"),
        QUIX: peer("quix", "passthrough"),
    }
    rates = {}
    with EmbeddedBroker() as embedded:
        rates["embedded"] = _rates(systems, embedded.bootstrap_servers, "embedded")
    try:
        with KafkaCluster() as cluster:
            rates["Apache Kafka"] = _rates(systems, cluster.bootstrap_servers, "Apache Kafka")
    except KafkaUnavailableError as error:
        say(f"overhead: not on Apache Kafka: {error}")
    return rates


def _rates(systems: Mapping[str, System], servers: str, broker: str) -> dict[str, list[float]]:
    records = _records()
    seconds: dict[str, list[float]] = {name: [] for name in systems}
    with ExitStack() as stack:
        running = {
            name: stack.enter_context(Running(system, servers, f"pass-{number}.", PARTITIONS))
            for number, (name, system) in enumerate(systems.items())
        }
        for system in running.values():
            system.start()
        for system in running.values():
            with system.at_work():
                system.warm_up(records[:100])
        for repetition in range(REPETITIONS):
            say(f"overhead, {broker} broker, run {repetition + 1} of {REPETITIONS}")
            for name, system in running.items():
                wanted = {topics.TAGGED: system.watcher.counts[topics.TAGGED] + RECORDS}
                with system.at_work():
                    started = time.perf_counter()
                    system.source.backlog(records)
                    seconds[name].append(system.watcher.wait(wanted) - started)
    return {name: [RECORDS / each for each in times] for name, times in seconds.items()}


def _records() -> list[Article]:
    noise = random.Random(0)
    text = "".join(chr(noise.randrange(97, 123)) for _ in range(BYTES))
    spare = BYTES - len(orjson.dumps({"id": "pass-0000", "text": "", "language": "it"}))
    return [article_of(text[:spare], f"pass-{number:04}") for number in range(RECORDS)]
