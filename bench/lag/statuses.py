"""Bring every status about on a live cluster, with consumers that misbehave on purpose.

Each scenario has a topic and a group of its own; one monitor watches them all. Prints what was
seen of each group, poll by poll, and exits 1 if an expected status did not come.

    python -m bench.lag.statuses
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from contextlib import closing
from itertools import groupby
from typing import TYPE_CHECKING, Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

from streams.config import Settings
from streams.lag import Report, Status, lag_monitor
from tests.kafka.cluster import KafkaCluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

POLL_SECONDS = 0.5
DEADLINE_SECONDS = 60


class Scenario:
    """A group on a topic of one partition, driven from a thread of its own."""

    def __init__(self, name: str, expected: Status, cluster: KafkaCluster, admin: Any) -> None:
        self.name = name
        self.expected = expected
        self.cluster = cluster
        self.admin = admin
        self.done = threading.Event()
        self.seen: list[Status] = []

    @property
    def partition(self) -> TopicPartition:
        return TopicPartition(self.name, 0)

    def consumer(self) -> Any:
        return KafkaConsumer(
            self.name,
            bootstrap_servers=self.cluster.bootstrap_servers.split(","),
            group_id=self.name,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            max_poll_records=10,
        )

    def publish(self, count: int) -> None:
        with closing(
            KafkaProducer(bootstrap_servers=self.cluster.bootstrap_servers.split(","))
        ) as producer:
            sent = [producer.send(self.name, b"v", partition=0) for _ in range(count)]
            for each in sent:
                each.get(timeout=30)

    def consume(self, consumer: Any, count: int) -> None:
        self.joined(consumer)
        while consumer.position(self.partition) < count:
            consumer.poll(timeout_ms=200)
            if self.done.is_set():
                return
        consumer.commit()

    def joined(self, consumer: Any) -> None:
        while not consumer.assignment():
            consumer.poll(timeout_ms=200)

    def until_done(self) -> Iterator[None]:
        while not self.done.wait(POLL_SECONDS):
            yield


def keeps_up(scenario: Scenario) -> None:
    with closing(scenario.consumer()) as consumer:
        for _ in scenario.until_done():
            scenario.publish(5)
            consumer.poll(timeout_ms=500)
            consumer.commit()


def is_overloaded(scenario: Scenario) -> None:
    scenario.publish(100)
    with closing(scenario.consumer()) as consumer:
        for _ in scenario.until_done():
            scenario.publish(50)
            consumer.poll(timeout_ms=500)
            consumer.commit()


def hangs(scenario: Scenario) -> None:
    scenario.publish(100)
    with closing(scenario.consumer()) as consumer:
        scenario.consume(consumer, 10)
        consumer.pause(scenario.partition)
        for _ in scenario.until_done():
            # It lives and sends heartbeats, but processes nothing.
            consumer.poll(timeout_ms=100)


def shuts_down(scenario: Scenario) -> None:
    scenario.publish(1000)
    with closing(scenario.consumer()) as consumer:
        for _ in range(10):
            consumer.poll(timeout_ms=500)
            consumer.commit()
            time.sleep(POLL_SECONDS)
    scenario.done.wait()


def goes_back(scenario: Scenario) -> None:
    scenario.publish(100)
    with closing(scenario.consumer()) as consumer:
        scenario.consume(consumer, 100)
        time.sleep(2 * POLL_SECONDS)
        consumer.seek(scenario.partition, 0)
        consumer.commit()
        for _ in scenario.until_done():
            consumer.poll(timeout_ms=0)


def loses_records(scenario: Scenario) -> None:
    scenario.publish(100)
    with closing(scenario.consumer()) as consumer:
        scenario.consume(consumer, 10)
    scenario.admin.delete_records({scenario.partition: 50})
    scenario.done.wait()


def loses_its_topic(scenario: Scenario) -> None:
    with closing(scenario.consumer()) as consumer:
        scenario.joined(consumer)
        scenario.admin.delete_topics([scenario.name])
        scenario.done.wait()


def loses_its_leader(scenario: Scenario) -> None:
    scenario.publish(10)
    with closing(scenario.consumer()) as consumer:
        scenario.consume(consumer, 10)
    (described,) = scenario.admin.describe_topics([scenario.name])
    leader = described["partitions"][0]["leader_id"]
    scenario.cluster.kill(leader)
    scenario.done.wait()
    scenario.cluster.start(leader)


# The last one takes a broker down, so it waits for the others.
SCENARIOS: dict[str, tuple[Callable[[Scenario], None], Status]] = {
    "keeps-up": (keeps_up, Status.OK),
    "has-begun": (hangs, Status.UNKNOWN),
    "is-overloaded": (is_overloaded, Status.WARN),
    "hangs": (hangs, Status.STALL),
    "shuts-down": (shuts_down, Status.STOP),
    "goes-back": (goes_back, Status.REWIND),
    "loses-records": (loses_records, Status.LOST),
    "loses-its-topic": (loses_its_topic, Status.GONE),
}
LAST = {"loses-its-leader": (loses_its_leader, Status.ERROR)}


def bring_about(
    cluster: KafkaCluster,
    admin: Any,
    wanted: Mapping[str, tuple[Callable[[Scenario], None], Status]],
) -> list[Scenario]:
    """Run scenarios at once and watch them until each has had its status, or time is up."""
    admin.create_topics([NewTopic(name, 1, 1) for name in wanted])
    scenarios = {name: Scenario(name, wanted[name][1], cluster, admin) for name in wanted}
    threads = [
        threading.Thread(target=wanted[name][0], args=(scenario,))
        for name, scenario in scenarios.items()
    ]
    for thread in threads:
        thread.start()
    settings = Settings(bootstrap_servers=cluster.bootstrap_servers)
    try:
        with lag_monitor(settings, list(wanted), list(wanted)) as monitor:
            deadline = time.monotonic() + DEADLINE_SECONDS
            while any(each.expected not in each.seen for each in scenarios.values()):
                note(monitor.poll(), scenarios)
                if time.monotonic() > deadline:
                    break
                time.sleep(POLL_SECONDS)
    finally:
        for scenario in scenarios.values():
            scenario.done.set()
        for thread in threads:
            thread.join()
    return list(scenarios.values())


def note(report: Report, scenarios: dict[str, Scenario]) -> None:
    for group in report.groups:
        scenarios[group.group].seen.append(group.status)


def main() -> None:
    logging.disable(logging.CRITICAL)
    with (
        KafkaCluster(3) as cluster,
        closing(KafkaAdminClient(bootstrap_servers=cluster.bootstrap_servers.split(","))) as admin,
    ):
        scenarios = bring_about(cluster, admin, SCENARIOS) + bring_about(cluster, admin, LAST)
    for each in scenarios:
        runs = ((status.value, len(list(polls))) for status, polls in groupby(each.seen))
        verdict = "reached" if each.expected in each.seen else "MISSED"
        course = ", ".join(f"{status} x{count}" for status, count in runs)
        print(f"{each.name:17} {each.expected.value:8} {verdict:8} {course}")
    sys.exit(any(each.expected not in each.seen for each in scenarios))


if __name__ == "__main__":
    main()
