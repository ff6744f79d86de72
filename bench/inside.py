"""What each stage costs inside the workers, through Kafka, by their own metrics."""

from __future__ import annotations

import time
import urllib.request
from collections import defaultdict
from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

from bench.corpus import repeat
from bench.measure import say
from bench.systems import Running, hedgewire
from streams.broker import EmbeddedBroker
from tests.kafka.cluster import free_ports

if TYPE_CHECKING:
    from streams.analysis import Profile
    from streams.article import Article

PARTITIONS = 8
WARM_UP = 64
SECONDS = 8
STAGES = {
    "analysis": ("hedgewire_stage_seconds_sum", "analysis"),
    "of it, the model": ("hedgewire_model_seconds_total", None),
    "delivery": ("hedgewire_stage_seconds_sum", "delivery"),
}
RECORDS = ("hedgewire_records_total", None)

Samples = dict[tuple[str, str | None], float]
"""Values by the name of a metric and its label ``stage``, others summed up."""


def measure(texts: list[Article], profile: Profile, capacity: float) -> dict[str, dict[str, float]]:
    """Return milliseconds an article by processor and stage, of a backlog worked off.

    ``capacity`` is about what the pipeline does, in articles a second. One part of a batch is
    delivered while the next is analysed, so the stages add up to more than the time that passes.
    """
    count = round(capacity * SECONDS)
    say(f"inside, {profile}: {count} articles")
    (port,) = free_ports(1)
    ports = {"tagger": port, "spotter": port + 1}
    with (
        EmbeddedBroker() as broker,
        Running(
            hedgewire(profile, options=("--serve", str(port))),
            broker.bootstrap_servers,
            "",
            PARTITIONS,
        ) as system,
    ):
        system.start()
        system.warm_up(repeat(texts, WARM_UP, "warm-up"))
        before = _settled(ports, WARM_UP)
        system.source.backlog(repeat(texts, count, "run"))
        after = _settled(ports, WARM_UP + count)
    return {
        name: {
            stage: 1000 * (after[name][sample] - before[name][sample]) / count
            for stage, sample in STAGES.items()
            if after[name][sample]
        }
        for name in ports
    }


def _settled(ports: dict[str, int], records: int) -> dict[str, Samples]:
    """Return the metrics of all processors once each has dealt with so many records."""
    while True:
        found = {name: _samples(port) for name, port in ports.items()}
        if all(samples[RECORDS] >= records for samples in found.values()):
            return found
        time.sleep(0.2)


def _samples(port: int) -> Samples:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    found: Samples = defaultdict(float)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name, sample.labels.get("stage")] += sample.value
    return found
