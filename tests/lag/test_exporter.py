"""What Prometheus reads, against what the monitors' users know."""

from __future__ import annotations

import math
import signal
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from streams.lag import Observation, Report
from streams.lag.evaluation import Window, evaluate
from streams.lag.exporter import LagCollector, Poll
from streams.lag.observation import TopicPartition
from tests.kafka.cluster import free_ports

if TYPE_CHECKING:
    from tests.lag.conftest import Stage

NOW = 1000.0


def poll() -> Poll:
    """Make the second poll of two groups: one behind by two partitions, one that is unreadable."""
    before = [
        Observation("g", "t", 0, 2, start=0, end=8, oldest=900.0, active=True),
        Observation("g", "t", 1, 5, start=0, end=5, active=True),
        Observation("broken", "t", 0, 5, error="LEADER_NOT_AVAILABLE"),
    ]
    after = [
        Observation("g", "t", 0, 4, start=0, end=9, oldest=940.0, active=True),
        Observation("g", "t", 1, 5, start=0, end=5, active=True),
        Observation("broken", "t", 0, 5, error="LEADER_NOT_AVAILABLE"),
    ]
    verdicts = tuple(
        evaluate(later, Window().seen(earlier, NOW - 10).seen(later, NOW), NOW)
        for earlier, later in zip(before, after, strict=True)
    )
    ends = {TopicPartition("t", 0): 9, TopicPartition("t", 1): 5, TopicPartition("unread", 0): 3}
    return Poll(Report("cluster-1", NOW, verdicts, {"lost": "NOT_COORDINATOR"}), ends, 0.25)


def exposed(poll: Poll | None) -> dict[str, dict[frozenset[tuple[str, str]], float]]:
    """Return the value of each metric by its labels."""
    collector = LagCollector()
    collector.update(poll)
    registry = CollectorRegistry()
    registry.register(collector)
    return {
        family.name: {frozenset(each.labels.items()): each.value for each in family.samples}
        for family in text_string_to_metric_families(generate_latest(registry).decode())
    }


def exposed_names() -> set[str]:
    return set(exposed(poll()))


def labels(**values: str) -> frozenset[tuple[str, str]]:
    return frozenset(values.items())


def test_names_of_kafka_exporter() -> None:
    metrics = exposed(poll())
    where = labels(consumergroup="g", topic="t", partition="0")
    assert metrics["kafka_consumergroup_lag"][where] == 5
    assert metrics["kafka_consumergroup_current_offset"][where] == 4
    assert metrics["kafka_consumergroup_lag_sum"][labels(consumergroup="g", topic="t")] == 5
    ends = metrics["kafka_topic_partition_current_offset"]
    assert ends[labels(topic="t", partition="0")] == 9
    assert ends[labels(topic="unread", partition="0")] == 3


def test_names_of_kafka_lag_exporter() -> None:
    metrics = exposed(poll())
    where = labels(cluster_name="cluster-1", group="g", topic="t", partition="0")
    assert metrics["kafka_consumergroup_group_lag_seconds"][where] == 60
    group = labels(cluster_name="cluster-1", group="g")
    assert metrics["kafka_consumergroup_group_max_lag_seconds"][group] == 60


def test_own_names() -> None:
    metrics = exposed(poll())
    where = labels(consumergroup="g", topic="t", partition="0")
    assert metrics["hedgewire_consumergroup_consumed_per_second"][where] == 0.2
    assert metrics["hedgewire_consumergroup_produced_per_second"][where] == 0.1
    catch_up = metrics["hedgewire_consumergroup_catch_up_seconds"]
    assert math.isclose(catch_up[labels(consumergroup="g")], 50.0)
    status = metrics["hedgewire_consumergroup_status"]
    assert status[labels(consumergroup="g", status="UNKNOWN")] == 1
    assert status[labels(consumergroup="g", status="OK")] == 0
    assert metrics["hedgewire_lag_up"] == {frozenset(): 1}
    assert metrics["hedgewire_lag_failed_groups"] == {frozenset(): 1}


def test_what_is_not_known_is_left_out() -> None:
    metrics = exposed(poll())
    groups = {dict(each)["consumergroup"] for each in metrics["kafka_consumergroup_lag"]}
    assert groups == {"g"}
    status = metrics["hedgewire_consumergroup_status"]
    assert status[labels(consumergroup="broken", status="ERROR")] == 1


def test_a_failed_poll_leaves_no_old_figures() -> None:
    assert exposed(None) == {"hedgewire_lag_up": {frozenset(): 0}}


def test_the_command_serves_metrics(any_stage: Stage) -> None:
    any_stage.create()
    any_stage.publish(*[b"v"] * 3)
    any_stage.commit(any_stage.topic, {0: 1})
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "streams", "lag", f"--serve={port}", "--interval=0.2"]
    servers = f"--bootstrap-servers={any_stage.servers}"
    with subprocess.Popen([*command, servers, f"--group={any_stage.topic}"]) as serving:
        text = scrape(port, serving)
        serving.send_signal(signal.SIGTERM)
    assert serving.returncode == 0
    expected = f'consumergroup="{any_stage.topic}",partition="0",topic="{any_stage.topic}"'
    assert f"kafka_consumergroup_lag{{{expected}}} 2.0" in text


def scrape(port: int, serving: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 30
    while True:
        assert serving.poll() is None
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as response:
                text: str = response.read().decode()
                return text
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
