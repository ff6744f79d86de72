"""How many workers, brokers and disks a rate needs, from the figures of a run.

    python -m bench.capacity bench/results/results.json

prints the tables of ``docs/capacity.md``.
"""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.measure import Spread
from bench.names import OURS
from bench.report import PROFILES
from streams import topics

RATES = (1, 100, 10_000)
"""Articles a second: a national feed, the world's news, a crawler's."""

UTILISATION = 0.5
"""Share of what the workers can do that the mean rate takes; the rest is for rushes."""
REPLICATION = 3
READERS = 2
"""Subscribers that read all events, beside the processors."""
BROKER_MEGABYTES = 50
"""Megabytes a second that a broker writes and replicates at ease."""
BROKER_TERABYTES = 4
"""Terabytes of disk of a broker."""
DISK_SHARE = 0.6
"""Share of a disk that is filled."""
CORE_MONTH = 30.0
"""Price of a core with 4 GB of memory for a month."""
TERABYTE_MONTH = 80.0
"""Price of a terabyte of disk for a month."""
BROKER_CORES = 4

BURST = 20
BURST_SECONDS = 600
DAY_MS = 24 * 3600 * 1000

Results = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """What a rate needs.

    ``written`` and ``read`` are megabytes a second at the brokers, replicas included in what is
    written; ``stored``, terabytes on all disks together; ``cost``, a month's.
    """

    taggers: int
    spotters: int
    partitions: int
    cores: int
    written: float
    read: float
    stored: float
    brokers: int
    cost: float


def plan(rate: float, profile: str, results: Results) -> Plan:
    """Return what a rate, in articles a second, needs with a profile of the entity model."""
    tagger, spotter = capacities(profile, results)
    taggers = math.ceil(rate / (UTILISATION * tagger))
    spotters = math.ceil(rate / (UTILISATION * spotter))
    # Twice the workers, so that their number can double before there are too few partitions.
    partitions = max(3, 2 * taggers)
    stored = results["stages"]["stored"]
    megabytes = rate * sum(stored.values()) / 1e6
    passed_on = rate * (stored[topics.ARTICLES] + stored[topics.TAGGED]) / 1e6
    terabytes = sum(
        rate * stored.get(topic.name, 0.0) * topic.retention_ms / 1000 * REPLICATION / 1e12
        for topic in topics.TOPICS
    )
    brokers = max(
        REPLICATION,
        math.ceil(megabytes * REPLICATION / BROKER_MEGABYTES),
        math.ceil(terabytes / (BROKER_TERABYTES * DISK_SHARE)),
    )
    used = Spread.of(results["throughput"][profile][OURS]["processor"]).median / 1000
    cores = math.ceil(rate * used / UTILISATION)
    return Plan(
        taggers=taggers,
        spotters=spotters,
        partitions=partitions,
        cores=cores,
        written=megabytes * REPLICATION,
        read=passed_on + READERS * (megabytes - rate * stored[topics.ARTICLES] / 1e6),
        stored=terabytes,
        brokers=brokers,
        cost=(cores + brokers * BROKER_CORES) * CORE_MONTH + terabytes * TERABYTE_MONTH,
    )


def capacities(profile: str, results: Results) -> tuple[float, float]:
    """Return the articles a second of one tagger and of one spotter.

    The tagger's was measured; the spotter's is what the time of an article in it leaves room for.
    """
    tagger = Spread.of(results["scaling"][profile]["1"]["rate"]).median
    spotter: float = results["inside"][profile]["spotter"]["analysis"]
    return tagger, 1000 / spotter


def burst(utilisation: float) -> tuple[float, float]:
    """Return how late articles get by a burst, and how long the backlog lasts after it.

    In seconds, for a burst of ``BURST`` times the mean rate that lasts ``BURST_SECONDS``, where
    the mean rate takes ``utilisation`` of what the workers can do. With c as capacity and r as
    rate, the backlog grows to (20 r - c) t, is worked off at c - r, and its last waits backlog / c.
    """
    backlog = max(0.0, BURST * utilisation - 1) * BURST_SECONDS
    return backlog, backlog / (1 - utilisation)


def tables(results: Results) -> str:
    """Return the tables of the page, as Markdown."""
    lines = [
        "| articles/s | profile | taggers | spotters | partitions | cores | written MB/s "
        "| read MB/s | stored TB | brokers | cost a month |",
        "|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for rate in RATES:
        for profile in PROFILES:
            need = plan(rate, profile, results)
            lines.append(
                f"| {rate:,} | `{profile}` | {need.taggers:,} | {need.spotters:,} "
                f"| {need.partitions:,} | {need.cores:,} | {need.written:,.2f} | {need.read:,.2f} "
                f"| {need.stored:,.3f} | {need.brokers} | {need.cost:,.0f} |"
            )
    lines += [
        "",
        "| the mean rate takes | an article is late by at most | the backlog is gone after |",
        "|--:|--:|--:|",
    ]
    for utilisation in (0.04, 0.1, 0.25, 0.5):
        late, gone = burst(utilisation)
        lines.append(f"| {utilisation:.0%} | {late / 60:.0f} min | {gone / 60:.0f} min |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(tables(json.loads(Path(sys.argv[1]).read_text("utf-8"))))
