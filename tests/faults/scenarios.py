"""The faults: each a function that does its damage while articles flow, and mends it."""

from __future__ import annotations

import random
import signal
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ConfigResource,
    ConfigResourceType,
    NewTopic,
    ResourcePattern,
    ResourceType,
)

from streams import topics
from streams.connection import admin_client, producer
from tests.faults.fleet import TAGGER, Fleet
from tests.faults.worker import FAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streams.config import Settings
    from tests.kafka.cluster import KafkaCluster

SESSION_TIMEOUT_SECONDS = 15.0
WORKER_USER = "worker"

OBEDIENT = ("tests.faults.worker", "--batch-timeout", "5", "--delivery-deadline", "120")
IMPATIENT = ("tests.faults.worker", "--batch-timeout", "5", "--delivery-deadline", "8")


@dataclass
class Stage:
    """Where a scenario plays: a cluster, a prefix of its own, workers, and what was published."""

    cluster: KafkaCluster
    settings: Settings
    fleet: Fleet
    articles: int
    kills: int
    chance: random.Random
    published: dict[bytes, bytes | None] = field(default_factory=dict)

    def topic(self, name: str) -> str:
        """Return a topic's full name."""
        return self.settings.topic(name)

    def wait(self, seconds: float) -> None:
        """Let time pass, while workers that end are started again."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.fleet.tend()
            time.sleep(0.1)

    def flow(self, seconds: float, count: int | None = None) -> threading.Thread:
        """Begin to publish the articles, spread over some seconds; only stored ones count."""
        thread = threading.Thread(target=self._publish, args=(seconds, count or self.articles))
        thread.start()
        return thread

    def _publish(self, seconds: float, count: int) -> None:
        start, first = time.monotonic(), len(self.published)

        def pace(number: int) -> None:
            time.sleep(max(0.0, start + seconds * number / count - time.monotonic()))

        self.publish(
            [
                {
                    "id": f"{first + number}",
                    "language": "en",
                    "text": f"Acme reportedly bought mill {first + number} in Turin.",
                }
                for number in range(count)
            ],
            lambda number: time.sleep(
                max(0.0, start + seconds * number / count - time.monotonic())
            ),
        )

    def publish(
        self, articles: Sequence[dict[str, Any]], pace: Callable[[int], object] = lambda _: None
    ) -> None:
        """Publish articles and wait until they are stored."""
        self.publish_raw([(a["id"].encode(), orjson.dumps(a)) for a in articles], pace)

    def publish_raw(
        self,
        records: Sequence[tuple[bytes, bytes | None]],
        pace: Callable[[int], object] = lambda _: None,
    ) -> None:
        """Publish keys and values as they are, and wait until they are stored."""
        output = producer(self.settings)
        sent = []
        for number, (key, value) in enumerate(records):
            pace(number)
            headers = [("content-type", b"application/json")]
            sent.append(output.send(self.topic(topics.ARTICLES), value, key=key, headers=headers))
        for (key, value), future in zip(records, sent, strict=True):
            future.get(180)
            self.published[key] = value
        output.close()

    def admin(self) -> Any:
        """Return an admin client over the plaintext listener, where all is allowed."""
        return admin_client(self.settings)


@dataclass(frozen=True)
class Scenario:
    """A fault by name; ``play`` returns when it has been mended and all is published."""

    title: str
    play: Callable[[Stage], None]
    module: Sequence[str] = TAGGER
    workers: int = 2
    share: float = 0.1
    """Of the articles asked for, as most faults need fewer than killing at random."""
    secured: bool = False
    """Whether workers log in, so that their rights can be taken away."""


def kill_at_random(stage: Stage) -> None:
    rounds = max(1, stage.kills // 2)
    flowing = stage.flow(rounds * 14.0)
    for _ in range(rounds):
        stage.wait(stage.chance.uniform(9, 16))
        for worker in stage.chance.sample(range(len(stage.fleet.workers)), 2):
            stage.fleet.send(worker, stage.chance.choice([signal.SIGKILL, signal.SIGTERM]))
            stage.wait(stage.chance.uniform(0, 3))
    while flowing.is_alive():
        stage.wait(0.5)


def freeze(stage: Stage) -> None:
    flowing = stage.flow(SESSION_TIMEOUT_SECONDS + 25)
    stage.wait(10)
    stage.fleet.send(0, signal.SIGSTOP)
    stage.wait(SESSION_TIMEOUT_SECONDS + 10)
    stage.fleet.send(0, signal.SIGCONT)
    flowing.join()


def scale(stage: Stage) -> None:
    flowing = stage.flow(45)
    stage.fleet.scale(1)
    stage.wait(15)
    stage.fleet.scale(3)
    stage.wait(20)
    stage.fleet.scale(1)
    flowing.join()


def kill_broker(stage: Stage) -> None:
    flowing = stage.flow(40)
    stage.wait(8)
    stage.cluster.kill(1)
    stage.wait(15)
    stage.cluster.start(1)
    flowing.join()


def move_leaders(stage: Stage) -> None:
    flowing = stage.flow(60)
    for broker in range(3):
        stage.wait(6)
        stage.cluster.stop(broker)
        stage.cluster.start(broker)
    flowing.join()


def outage(stage: Stage) -> None:
    stage.flow(10, stage.articles // 2).join()
    for broker in range(3):
        stage.cluster.kill(broker)
    stage.wait(30)
    stage.cluster.start_all()
    stage.flow(10, stage.articles // 2).join()


def compact_offsets(stage: Stage) -> None:
    internal = "__consumer_offsets"
    often = {"segment.ms": "1000", "min.cleanable.dirty.ratio": "0.01"}
    _configure(stage, internal, often)
    flowing = stage.flow(40)
    stage.wait(20)
    # The coordinators move, and their successors know only what compaction has left.
    for broker in range(3):
        stage.cluster.stop(broker)
        stage.cluster.start(broker)
    flowing.join()


def delete_output(stage: Stage) -> None:
    admin = stage.admin()
    admin.delete_topics([stage.topic(topics.TAGGED)])
    flowing = stage.flow(10)
    stage.wait(20)
    configs = {"max.message.bytes": str(16 * 1024 * 1024)}
    admin.create_topics([NewTopic(stage.topic(topics.TAGGED), 8, 3, topic_configs=configs)])
    admin.close()
    flowing.join()


def refuse_large(stage: Stage) -> None:
    _configure(stage, stage.topic(topics.TAGGED), {"max.message.bytes": "20000"})
    flowing = stage.flow(10)
    noise = random.Random(0).randbytes(40_000).hex()  # or compression would make it small
    stage.publish([{"id": f"large-{n}", "text": f"Acme bought {noise}."} for n in range(10)])
    flowing.join()


def deny_output(stage: Stage) -> None:
    admin = stage.admin()
    acl = ACL(
        principal=f"User:{WORKER_USER}",
        host="*",
        operation=ACLOperation.WRITE,
        permission_type=ACLPermissionType.DENY,
        resource_pattern=ResourcePattern(
            ResourceType.TOPIC, stage.topic(topics.TAGGED), ACLResourcePatternType.LITERAL
        ),
    )
    admin.create_acls([acl])
    flowing = stage.flow(10)
    stage.wait(25)
    admin.delete_acls([acl])
    admin.close()
    flowing.join()


def exhaust_quota(stage: Stage) -> None:
    configure = (
        "kafka.admin.ConfigCommand",
        f"--bootstrap-server={stage.cluster.bootstrap_servers}",
        "--alter",
        "--entity-type=users",
        f"--entity-name={WORKER_USER}",
    )
    stage.cluster.run_tool(*configure, "--add-config=producer_byte_rate=2000")
    flowing = stage.flow(10)
    stage.wait(25)
    stage.cluster.run_tool(*configure, "--delete-config=producer_byte_rate")
    flowing.join()


def malformed(stage: Stage) -> None:
    flowing = stage.flow(10)
    bad: list[tuple[bytes, bytes | None]] = [
        (b"tombstone", None),
        (b"empty", b""),
        (b"not json", b"{"),
        (b"not utf-8", b'{"id": "\xff", "text": ""}'),
        (b"no text", b'{"id": "x"}'),
        (b"nul", b'{"id": "x", "text": "\x00"}'),
        (b"surrogate", b'{"id": "x", "text": "\\ud800"}'),
        (b"10 MB", orjson.dumps({"id": "x", "text": "Acme bought it. " * 650_000})),
    ]
    stage.publish_raw(bad)
    flowing.join()


def failing_records(stage: Stage) -> None:
    flowing = stage.flow(10)
    stage.publish(
        [
            {"id": f"{fault}-{n}", "text": "Acme.", FAULT: fault}
            for fault in ("throw", "hang", "die", "memory")
            for n in range(2)
        ]
    )
    flowing.join()


def _configure(stage: Stage, topic: str, configs: dict[str, str]) -> None:
    admin = stage.admin()
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs)])
    admin.close()


SCENARIOS = {
    "kill": Scenario(
        "workers killed at random (SIGKILL, SIGTERM)", kill_at_random, workers=3, share=1
    ),
    "freeze": Scenario("a worker frozen past its session timeout, then woken", freeze),
    "scale": Scenario("1 → 3 → 1 workers", scale, workers=1),
    "broker": Scenario("one broker of three killed, back after 15 s", kill_broker),
    "leaders": Scenario("every broker restarted in turn: all leaders move", move_leaders),
    "outage": Scenario("all brokers killed, back after 30 s", outage),
    "offsets": Scenario("the offsets topic compacted, its coordinators moved", compact_offsets),
    "deleted": Scenario("the output topic missing for 20 s", delete_output),
    "deadline": Scenario(
        "the output topic missing for longer than the delivery deadline", delete_output, IMPATIENT
    ),
    "large": Scenario("the output topic takes no large events", refuse_large),
    "denied": Scenario("the right to write denied for 25 s", deny_output, secured=True),
    "quota": Scenario("the write quota used up for 25 s", exhaust_quota, secured=True),
    "malformed": Scenario("malformed records in the middle of batches", malformed),
    "failing": Scenario(
        "records that throw, hang, crash and take all memory", failing_records, OBEDIENT
    ),
}
