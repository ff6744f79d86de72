"""The rights that the monitor needs, on a cluster that grants nothing else."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ACL, ACLOperation, ACLPermissionType, ResourcePattern, ResourceType
from pydantic import SecretStr

from streams.config import Settings
from streams.lag import Observation, lag_monitor
from tests.kafka.cluster import KafkaCluster, Listener
from tests.kafka.fixtures import cluster_or_skip
from tests.lag.conftest import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "s3same"
SCRAM = Listener(
    "SCRAM",
    "SASL_PLAINTEXT",
    {
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
    },
)


@pytest.fixture(scope="module")
def guarded() -> Iterator[KafkaCluster]:
    with cluster_or_skip(
        1,
        listeners=[SCRAM],
        scram_users={"monitor": PASSWORD},
        properties={
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            # The plaintext listener, where the test sets things up.
            "super.users": "User:ANONYMOUS",
        },
    ) as cluster:
        yield cluster


def grant(admin: Any, operation: ACLOperation, resource: ResourceType, name: str) -> None:
    allow = ACLPermissionType.ALLOW
    pattern = ResourcePattern(resource, name)
    admin.create_acls([ACL("User:monitor", "*", operation, allow, pattern)])


def observe(cluster: KafkaCluster, topic: str) -> list[Observation]:
    settings = Settings(
        bootstrap_servers=cluster.addresses("SCRAM"),
        security_protocol="SASL_PLAINTEXT",
        sasl_username="monitor",
        sasl_password=SecretStr(PASSWORD),
    )
    with lag_monitor(settings, topics=[topic]) as monitor:
        return [verdict.observation for verdict in monitor.poll().verdicts]


def test_rights(guarded: KafkaCluster) -> None:
    with closing(KafkaAdminClient(bootstrap_servers=guarded.bootstrap_servers)) as admin:
        stage = Stage(guarded.bootstrap_servers, admin)
        stage.create()
        stage.publish(*[b"v"] * 3)
        stage.commit("group", {0: 1})
        assert observe(guarded, stage.topic) == []

        grant(admin, ACLOperation.DESCRIBE, ResourceType.GROUP, "group")
        grant(admin, ACLOperation.DESCRIBE, ResourceType.TOPIC, stage.topic)
        (seen,) = observe(guarded, stage.topic)
        assert (seen.lag, seen.oldest, seen.error) == (2, None, "TOPIC_AUTHORIZATION_FAILED")

        grant(admin, ACLOperation.READ, ResourceType.TOPIC, stage.topic)
        (seen,) = observe(guarded, stage.topic)
        assert seen.lag == 2
        assert seen.oldest is not None
