"""Playing scenarios on a cluster and summing up what came of them."""

from __future__ import annotations

import random
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from streams import topics
from streams.client import follow
from streams.config import load_settings
from tests.faults.fleet import Fleet
from tests.faults.ledger import Ledger
from tests.faults.scenarios import WORKER_USER, Stage
from tests.kafka.cluster import KafkaCluster, Listener

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.ledger import Result
    from tests.faults.scenarios import Scenario

PARTITIONS = 8
RECOVERY_SECONDS = 240.0
PASSWORD = "of-the-worker"


@contextmanager
def fault_cluster() -> Iterator[KafkaCluster]:
    """Run three brokers where a user named ``worker`` can be denied things."""
    login = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    listener = Listener(
        "LOGIN",
        "SASL_PLAINTEXT",
        {
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "scram-sha-512.sasl.jaas.config": login,
        },
    )
    authorizer = {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
        "allow.everyone.if.no.acl.found": "true",
    }
    with KafkaCluster(
        3, listeners=[listener], scram_users={WORKER_USER: PASSWORD}, properties=authorizer
    ) as cluster:
        yield cluster


def play(
    cluster: KafkaCluster,
    name: str,
    scenario: Scenario,
    *,
    articles: int,
    kills: int,
    seed: int,
    log: Path,
) -> Result:
    """Play one scenario under a topic prefix of its own."""
    prefix = f"{name}-{time.time_ns() // 1_000_000}."
    settings = load_settings(cluster.bootstrap_servers, prefix)
    topics.create_topics(settings, PARTITIONS, len(cluster.bootstrap_servers.split(",")))
    environment = {
        "HEDGEWIRE_BOOTSTRAP_SERVERS": cluster.bootstrap_servers,
        "HEDGEWIRE_TOPIC_PREFIX": prefix,
    }
    if scenario.secured:
        environment |= {
            "HEDGEWIRE_BOOTSTRAP_SERVERS": cluster.addresses("LOGIN"),
            "HEDGEWIRE_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
            "HEDGEWIRE_SASL_USERNAME": WORKER_USER,
            "HEDGEWIRE_SASL_PASSWORD": PASSWORD,
        }
    ledger = Ledger()
    with log.open("ab") as output, Fleet(scenario.module, environment, output) as fleet:
        stage = Stage(cluster, settings, fleet, articles, kills, random.Random(seed))
        fleet.scale(scenario.workers)
        _await_first_event(stage)
        scenario.play(stage)
        mended = time.monotonic()
        with fleet.tended():
            ledger.read(settings, stage.published, RECOVERY_SECONDS)
        seconds = time.monotonic() - mended
        restarts = fleet.restarts
    # Whoever is asked to stop may not add to what is already there.
    return ledger.result(scenario.title, stage.published, restarts, seconds)


def _await_first_event(stage: Stage) -> None:
    """Return once the workers are at work, so that a fault finds them there."""
    stage.publish([{"id": "first", "text": "Acme."}])
    # It is not counted: some faults take away the topic that it went to.
    stage.published.clear()
    for record in follow((topics.TAGGED,), stage.settings, from_beginning=True):
        if record is not None:
            return
        stage.fleet.tend()
