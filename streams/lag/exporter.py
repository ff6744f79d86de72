"""The lag for Prometheus, under the names that dashboards of other exporters already know.

The ``kafka_consumergroup_lag`` family and the offsets are named and labelled as kafka_exporter
has them (https://github.com/danielqsj/kafka_exporter), the lags in seconds as kafka-lag-exporter
has them (https://github.com/seglo/kafka-lag-exporter), less its labels of single members, which
change with every restart. What neither has begins with ``hedgewire_``.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from streams.connection import BrokerUnreachableError
from streams.lag.evaluation import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from prometheus_client import Metric

    from streams.lag.evaluation import GroupVerdict
    from streams.lag.monitor import LagMonitor, Report
    from streams.lag.observation import TopicPartition

    Samples = Iterable[tuple[Sequence[str], float | None]]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Poll:
    """What one poll found, the ends of all partitions, and how many seconds it took."""

    report: Report
    ends: Mapping[TopicPartition, int]
    seconds: float


class LagCollector(Collector):
    """Gives the latest report to whoever scrapes, and nothing of a poll that failed."""

    def __init__(self) -> None:
        self._poll: Poll | None = None

    def update(self, poll: Poll | None) -> None:
        """Take what a poll found, or ``None`` if no broker answered."""
        self._poll = poll

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics; Prometheus calls this from another thread for every scrape."""
        poll = self._poll
        yield _gauge(
            "hedgewire_lag_up",
            "Whether the last poll reached the cluster.",
            (),
            [((), float(poll is not None))],
        )
        if poll is not None:
            yield _gauge(
                "hedgewire_lag_poll_seconds",
                "How long the last poll took.",
                (),
                [((), poll.seconds)],
            )
            yield _topic_metrics(poll.ends)
            yield from _group_metrics(poll.report)
            yield from _partition_metrics(poll.report)


def serve(monitor: LagMonitor, host: str, port: int, interval: float) -> None:
    """Poll every ``interval`` seconds and serve what was found, until interrupted.

    A cluster that cannot be reached at first is an error; one that is lost later is waited for,
    and ``hedgewire_lag_up`` says so.

    Raises:
        BrokerUnreachableError: The first poll reached no broker.
        OSError: The address is taken or not ours.
    """
    collector = LagCollector()
    registry = CollectorRegistry()
    registry.register(collector)
    collector.update(_poll(monitor))
    server, _ = start_http_server(port, host, registry)
    with server:
        while True:
            time.sleep(interval)
            try:
                collector.update(_poll(monitor))
            except BrokerUnreachableError as error:
                log.warning("%s", error)
                collector.update(None)


def _poll(monitor: LagMonitor) -> Poll:
    started = time.monotonic()
    report = monitor.poll()
    ends = monitor.ends()
    return Poll(report, ends, time.monotonic() - started)


def _topic_metrics(ends: Mapping[TopicPartition, int]) -> Metric:
    return _gauge(
        "kafka_topic_partition_current_offset",
        "Current offset of a broker at topic/partition.",
        ("partition", "topic"),
        (((str(where.partition), where.topic), end) for where, end in ends.items()),
    )


def _partition_metrics(report: Report) -> Iterator[Metric]:
    verdicts = report.verdicts
    by_partition = ("consumergroup", "partition", "topic")
    labelled = [
        ((o.group, str(o.partition), o.topic), each)
        for each in verdicts
        for o in (each.observation,)
    ]
    yield _gauge(
        "kafka_consumergroup_current_offset",
        "Current offset of a consumer group at topic/partition.",
        by_partition,
        ((labels, each.observation.committed) for labels, each in labelled),
    )
    yield _gauge(
        "kafka_consumergroup_lag",
        "Current approximate lag of a consumer group at topic/partition.",
        by_partition,
        ((labels, each.observation.lag) for labels, each in labelled),
    )
    yield _gauge(
        "kafka_consumergroup_group_lag_seconds",
        "Age of the oldest record that a group has not processed at a partition.",
        ("cluster_name", "group", "topic", "partition"),
        (
            ((report.cluster, group, topic, partition), each.seconds)
            for (group, partition, topic), each in labelled
        ),
    )
    yield _gauge(
        "hedgewire_consumergroup_partition_status",
        "The status of a group at a partition: 1 for the one that holds.",
        (*by_partition, "status"),
        (((*labels, each.status.value), 1) for labels, each in labelled),
    )
    yield _gauge(
        "hedgewire_consumergroup_consumed_per_second",
        "Records a second that a group processed over the window.",
        by_partition,
        ((labels, each.pace.consumed if each.pace else None) for labels, each in labelled),
    )
    yield _gauge(
        "hedgewire_consumergroup_produced_per_second",
        "Records a second that were added to a group's partition over the window.",
        by_partition,
        ((labels, each.pace.produced if each.pace else None) for labels, each in labelled),
    )


def _group_metrics(report: Report) -> Iterator[Metric]:
    groups = report.groups
    yield _gauge(
        "kafka_consumergroup_lag_sum",
        "Current approximate lag of a consumer group at topic for all partitions.",
        ("consumergroup", "topic"),
        (labelled for group in groups for labelled in _lag_by_topic(group)),
    )
    yield _gauge(
        "kafka_consumergroup_group_max_lag_seconds",
        "Age of the oldest record that a group has not processed at any partition.",
        ("cluster_name", "group"),
        (((report.cluster, each.group), each.seconds) for each in groups),
    )
    yield _gauge(
        "hedgewire_consumergroup_status",
        "The status of a group, that of its worst partition: 1 for the one that holds, else 0.",
        ("consumergroup", "status"),
        (
            ((each.group, status.value), each.status is status)
            for each in groups
            for status in Status
        ),
    )
    yield _gauge(
        "hedgewire_consumergroup_catch_up_seconds",
        "Seconds until a group has caught up at its pace, +Inf where it does not gain.",
        ("consumergroup",),
        (((each.group,), each.catch_up) for each in groups),
    )
    yield _gauge(
        "hedgewire_lag_failed_groups",
        "Groups whose offsets could not be read.",
        (),
        [((), len(report.failures))],
    )


def _lag_by_topic(group: GroupVerdict) -> Iterator[tuple[tuple[str, str], float]]:
    lags: dict[str, int] = {}
    for each in group.partitions:
        topic = each.observation.topic
        lags[topic] = lags.get(topic, 0) + (each.observation.lag or 0)
    for topic, lag in lags.items():
        yield (group.group, topic), lag


def _gauge(name: str, documentation: str, labels: Sequence[str], samples: Samples) -> Metric:
    """Make a gauge; a figure that is not known is left out rather than called zero."""
    family = GaugeMetricFamily(name, documentation, labels=labels)
    for values, value in samples:
        if value is not None:
            family.add_metric(values, value)
    return family
