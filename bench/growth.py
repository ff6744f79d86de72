"""How cost grows: with the length of an article, and with the partitions of a topic."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

from kafka import OffsetAndMetadata, TopicPartition
from kafka.admin import NewTopic

from bench.corpus import resized
from bench.measure import REPETITIONS, say
from bench.peers import analysis
from streams.broker import EmbeddedBroker
from streams.config import load_settings
from streams.connection import admin_client
from streams.lag import lag_monitor

if TYPE_CHECKING:
    from streams.analysis import Profile
    from streams.article import Article

LENGTHS = (1_000, 4_000, 16_000, 64_000, 256_000, 1_000_000)
"""Characters of an article."""
PATIENCE_SECONDS = 10
"""A length is not measured again once it took so long."""
PARTITIONS = (10, 100, 1_000, 10_000)
TOPIC = "grown"
GROUP = "grown"


def by_length(texts: list[Article], profile: Profile) -> dict[str, list[float]]:
    """Return the seconds of each analysis of one article, by its length in characters."""
    analyse = analysis.hedgewire(profile)
    analyse([texts[0].raw])
    seconds = {}
    for length in LENGTHS:
        say(f"growth, {profile}: an article of {length} characters")
        article = resized(texts, length, f"long-{length}")
        times: list[float] = []
        while not times or (len(times) < REPETITIONS and sum(times) < PATIENCE_SECONDS):
            started = time.process_time()
            analyse([article.raw])
            times.append(time.process_time() - started)
        seconds[str(length)] = times
    return seconds


def by_partitions() -> dict[str, list[float]]:
    """Return the seconds of each poll of the lag monitor, by partitions with a group on each."""
    seconds = {}
    for count in PARTITIONS:
        say(f"growth: lag of {count} partitions")
        with EmbeddedBroker() as broker:
            settings = load_settings(broker.bootstrap_servers, topic_prefix="")
            with closing(admin_client(settings)) as admin:
                admin.create_topics([NewTopic(TOPIC, count, 1)])
                offsets = {
                    TopicPartition(TOPIC, number): OffsetAndMetadata(0, "", -1)
                    for number in range(count)
                }
                admin.alter_group_offsets(GROUP, offsets)
            with lag_monitor(settings) as monitor:
                monitor.poll()
                times = []
                for _ in range(REPETITIONS):
                    started = time.perf_counter()
                    monitor.poll()
                    times.append(time.perf_counter() - started)
            seconds[str(count)] = times
    return seconds
