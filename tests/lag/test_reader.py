"""What is read from brokers, against what was put there."""

from __future__ import annotations

import subprocess
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from streams.broker import EmbeddedBroker
from streams.config import Settings
from streams.connection import BrokerUnreachableError
from streams.lag import Status, lag_monitor
from tests.lag.conftest import Stage

if TYPE_CHECKING:
    from tests.kafka.cluster import KafkaCluster


class TestOnEveryBroker:
    def test_a_position_within_a_batch(self, any_stage: Stage) -> None:
        any_stage.create()
        before = time.time()
        any_stage.publish(*[b"v"] * 10)
        after = time.time()
        any_stage.commit("within", {0: 4})
        (seen,) = any_stage.observe("within")
        assert (seen.committed, seen.end, seen.lag) == (4, 10, 6)
        assert seen.oldest is not None
        # Timestamps count milliseconds.
        assert before - 0.001 <= seen.oldest <= after

    def test_at_the_end(self, any_stage: Stage) -> None:
        any_stage.create()
        any_stage.publish(*[b"v"] * 10)
        any_stage.commit("done", {0: 10})
        (seen,) = any_stage.observe("done")
        assert (seen.lag, seen.seconds(time.time())) == (0, 0.0)

    def test_the_oldest_record_not_the_newest_counts(self, any_stage: Stage) -> None:
        any_stage.create()
        any_stage.publish(b"first")
        between = time.time()
        time.sleep(0.05)
        any_stage.publish(b"second")
        any_stage.commit("behind", {0: 0})
        any_stage.commit("near", {0: 1})
        behind, near = any_stage.observe("behind") + any_stage.observe("near")
        assert behind.oldest is not None
        assert near.oldest is not None
        assert behind.oldest <= between < near.oldest

    def test_many_groups_at_many_places_of_one_partition(self, any_stage: Stage) -> None:
        any_stage.create()
        any_stage.publish(*[b"v"] * 20)
        for offset in range(21):
            any_stage.commit(f"{any_stage.topic}-{offset:02}", {0: offset})
        seen = sorted(any_stage.observe(f"{any_stage.topic}-*"), key=lambda each: each.group)
        assert [each.lag for each in seen] == list(range(20, -1, -1))
        assert all(each.oldest is not None for each in seen[:-1])

    def test_batches_too_large_for_a_shared_request(self, any_stage: Stage) -> None:
        any_stage.create(partitions=3)
        large = bytes(200_000)
        for partition in range(3):
            any_stage.publish(large, large, partition=partition)
        any_stage.commit("large", dict.fromkeys(range(3), 1))
        seen = any_stage.observe("large")
        assert [each.lag for each in seen] == [1, 1, 1]
        assert all(each.oldest is not None for each in seen)

    def test_topics_and_groups_are_filtered_by_pattern(self, any_stage: Stage) -> None:
        any_stage.create()
        any_stage.commit("news-one", {0: 0})
        any_stage.commit("news-two", {0: 0})
        any_stage.commit("sport", {0: 0})
        assert {each.group for each in any_stage.observe("news-*")} == {"news-one", "news-two"}

    def test_a_living_member(self, any_stage: Stage) -> None:
        any_stage.create(partitions=2)
        group = f"{any_stage.topic}-living"
        any_stage.publish(*[b"v"] * 4)
        with any_stage.joined(group) as consumer:
            places = {0: 3, 1: 0}
            consumer.commit(
                {
                    TopicPartition(any_stage.topic, partition): OffsetAndMetadata(offset, "", -1)
                    for partition, offset in places.items()
                }
            )
            first, second = any_stage.observe(group)
            assert (first.active, second.active) == (True, True)
            assert (first.lag, second.lag) == (1, 0)
        first, second = any_stage.observe(group)
        assert (first.active, second.active) == (False, False)

    def test_a_partition_of_a_subscribed_topic_without_a_commit(self, any_stage: Stage) -> None:
        any_stage.create(partitions=2)
        group = f"{any_stage.topic}-new"
        any_stage.publish(*[b"v"] * 3, partition=1)
        with any_stage.joined(group) as consumer:
            place = OffsetAndMetadata(0, "", -1)
            consumer.commit({TopicPartition(any_stage.topic, 0): place})
            first, second = any_stage.observe(group)
        assert (first.committed, first.lag) == (0, 0)
        assert (second.committed, second.lag) == (None, 3)
        assert second.oldest is not None


class TestOnApacheKafka:
    def test_a_group_that_never_committed(self, stage: Stage) -> None:
        stage.create()
        stage.publish(*[b"v"] * 3)
        with stage.joined("fresh"):
            (seen,) = stage.observe("fresh")
        assert (seen.committed, seen.lag, seen.active) == (None, 3, True)

    def test_a_group_of_the_protocol_of_kafka_4(
        self, stage: Stage, kafka_broker: KafkaCluster
    ) -> None:
        stage.create()
        stage.publish(*[b"v"] * 3)
        group = f"{stage.topic}-kip-848"
        command = kafka_broker.tool_command(
            "org.apache.kafka.tools.consumer.ConsoleConsumer",
            f"--bootstrap-server={stage.servers}",
            f"--topic={stage.topic}",
            f"--group={group}",
            "--from-beginning",
            "--command-property=group.protocol=consumer",
            "--command-property=auto.commit.interval.ms=100",
        )
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as consuming:
            deadline = time.monotonic() + 30
            while not (seen := stage.observe(group)) or seen[0].lag != 0:
                assert time.monotonic() < deadline
                time.sleep(0.2)
            consuming.terminate()
        assert (seen[0].committed, seen[0].managed, seen[0].active) == (3, True, True)
        (seen_after,) = stage.observe(group)
        assert not seen_after.active

    def test_records_deleted_before_they_were_read(self, stage: Stage) -> None:
        stage.create()
        stage.publish(*[b"v"] * 10)
        stage.commit("late", {0: 2})
        stage.admin.delete_records({TopicPartition(stage.topic, 0): 6})
        (seen,) = stage.observe("late")
        assert (seen.committed, seen.start, seen.end, seen.lag) == (2, 6, 10, 4)
        assert seen.lost
        assert seen.oldest is not None

    def test_a_topic_that_was_made_anew(self, stage: Stage) -> None:
        stage.create()
        stage.publish(*[b"v"] * 3)
        stage.commit("old", {0: 50})
        (seen,) = stage.observe("old")
        assert (seen.lag, seen.lost) == (3, True)
        assert seen.oldest is not None

    def test_a_deleted_topic_leaves_the_others(self, stage: Stage) -> None:
        stage.create()
        stage.commit("both", {0: 0})
        kept, stage.topic = stage.topic, f"{stage.topic}-kept"
        stage.create()
        stage.publish(b"v")
        stage.commit("both", {0: 0})
        stage.admin.delete_topics([kept])
        (seen,) = stage.observe("both")
        assert (seen.topic, seen.lag) == (stage.topic, 1)

    def test_the_marker_of_a_transaction_is_no_record(self, stage: Stage) -> None:
        stage.create()
        with closing(
            KafkaProducer(bootstrap_servers=stage.servers, transactional_id=stage.topic)
        ) as producer:
            producer.init_transactions()
            for _ in range(2):
                producer.begin_transaction()
                producer.send(stage.topic, b"v", partition=0)
                producer.commit_transaction()
        # Offsets: record, marker, record, marker.
        for group, committed in (("one-left", 1), ("none-left", 3)):
            stage.commit(group, {0: committed})
        (one,) = stage.observe("one-left")
        (none,) = stage.observe("none-left")
        assert (one.end, one.lag) == (4, 3)
        assert one.oldest is not None
        assert (none.end, none.lag, none.seconds(time.time())) == (4, 0, 0.0)

    def test_what_compaction_removed_has_no_age(self, stage: Stage) -> None:
        stage.create(
            cleanup_policy="compact",
            segment_ms="100",
            min_cleanable_dirty_ratio="0.01",
            delete_retention_ms="0",
        )
        written = []
        with closing(KafkaProducer(bootstrap_servers=stage.servers)) as producer:
            for number in range(4):
                producer.send(stage.topic, b"%d" % number, key=b"same", partition=0).get(30)
                time.sleep(0.2)
                written.append(time.time())
                time.sleep(0.2)
        stage.commit("compacted", {0: 0})
        deadline = time.monotonic() + 60
        # The segment in use is never cleaned, which leaves the last record and perhaps another.
        oldest = 0.0
        while oldest < written[1] and time.monotonic() < deadline:
            time.sleep(0.2)
            (seen,) = stage.observe("compacted")
            oldest = seen.oldest or 0.0
        assert oldest > written[1]
        assert (seen.end, seen.lag) == (4, 4)

    def test_a_partition_that_is_down_does_not_hide_the_rest(
        self, kafka_cluster: KafkaCluster
    ) -> None:
        with closing(
            KafkaAdminClient(bootstrap_servers=kafka_cluster.bootstrap_servers.split(","))
        ) as admin:
            stage = Stage(kafka_cluster.bootstrap_servers, admin)
            stage.create(partitions=3, replicas=1)
            for partition in range(3):
                stage.publish(b"v", partition=partition)
            stage.commit("spread", dict.fromkeys(range(3), 0))
            (described,) = admin.describe_topics([stage.topic])
            leaders = {each["leader_id"] for each in described["partitions"]}
            assert leaders == {0, 1, 2}
            kafka_cluster.kill(2)
            try:
                with lag_monitor(stage.settings, ["spread"]) as monitor:
                    deadline = time.monotonic() + 30
                    assert "the groups of broker 2" in monitor.poll().failures
                    # Its groups get another coordinator.
                    while len(verdicts := monitor.poll().verdicts) < 3:
                        assert time.monotonic() < deadline
                        time.sleep(0.1)
            finally:
                kafka_cluster.start(2)
        readable = [each for each in verdicts if each.status is not Status.ERROR]
        assert [each.observation.lag for each in readable] == [1, 1]
        (down,) = (each for each in verdicts if each.status is Status.ERROR)
        assert down.observation.error


def test_a_broker_that_went_away() -> None:
    with (
        EmbeddedBroker() as broker,
        lag_monitor(Settings(bootstrap_servers=broker.bootstrap_servers)) as monitor,
    ):
        monitor.poll()
        broker.stop()
        with pytest.raises(BrokerUnreachableError):
            monitor.poll()
