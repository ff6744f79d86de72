"""The test cluster itself: records survive the loss of a broker, and nothing outlives a run."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.errors import KafkaTimeoutError

from tests.kafka.cluster import (
    KafkaCluster,
    KafkaUnavailableError,
    Listener,
    fetch_jars,
    find_java,
)
from tests.kafka.fixtures import cluster_or_skip
from tests.kafka.tls import keystore_properties

if TYPE_CHECKING:
    from collections.abc import Iterator


def publish(servers: str, topic: str, values: list[bytes], **options: Any) -> None:
    producer = KafkaProducer(bootstrap_servers=servers.split(","), **options)
    sent = [producer.send(topic, value, partition=0) for value in values]
    for each in sent:
        each.get(timeout=30)
    producer.close()


def read(servers: str, topic: str, count: int, **options: Any) -> list[bytes]:
    consumer = KafkaConsumer(
        bootstrap_servers=servers.split(","), auto_offset_reset="earliest", **options
    )
    consumer.assign([TopicPartition(topic, 0)])
    values: list[bytes] = []
    deadline = time.monotonic() + 30
    while len(values) < count and time.monotonic() < deadline:
        for records in consumer.poll(timeout_ms=500).values():
            values += [record.value for record in records]
    consumer.close()
    return values


def create(servers: str, topic: str, replicas: int) -> None:
    admin = KafkaAdminClient(bootstrap_servers=servers.split(","))
    admin.create_topics([NewTopic(topic, 1, replicas)])
    admin.close()


def leader(servers: str, topic: str) -> int:
    admin = KafkaAdminClient(bootstrap_servers=servers.split(","))
    (described,) = admin.describe_topics([topic])
    admin.close()
    broker: int = described["partitions"][0]["leader_id"]
    return broker


def test_acknowledged_records_survive_the_death_of_the_leader(kafka_cluster: KafkaCluster) -> None:
    servers = kafka_cluster.bootstrap_servers
    create(servers, "smoke", 3)
    publish(servers, "smoke", [b"before"])
    dead = leader(servers, "smoke")
    kafka_cluster.kill(dead)
    publish(servers, "smoke", [b"after"])
    assert leader(servers, "smoke") != dead
    kafka_cluster.start(dead)
    assert read(servers, "smoke", 2) == [b"before", b"after"]


def test_a_single_broker_keeps_its_records_over_a_restart(kafka_broker: KafkaCluster) -> None:
    servers = kafka_broker.bootstrap_servers
    create(servers, "restart", 1)
    publish(servers, "restart", [b"kept"])
    kafka_broker.stop(0)
    kafka_broker.start_all()
    assert read(servers, "restart", 1) == [b"kept"]


def test_the_command_line_tools_run(kafka_broker: KafkaCluster) -> None:
    create(kafka_broker.bootstrap_servers, "listed", 1)
    publish(kafka_broker.bootstrap_servers, "listed", [b"known"])  # a broker learns of it late
    topics = kafka_broker.run_tool(
        "org.apache.kafka.tools.TopicCommand",
        f"--bootstrap-server={kafka_broker.bootstrap_servers}",
        "--list",
    )
    assert "listed" in topics.split()


def test_a_failing_tool_says_why(kafka_broker: KafkaCluster) -> None:
    with pytest.raises(subprocess.CalledProcessError) as failure:
        kafka_broker.run_tool("org.apache.kafka.tools.TopicCommand", "--no-such-option")
    assert "no-such-option" in failure.value.stderr + failure.value.stdout


@pytest.mark.usefixtures("kafka_broker")
def test_nothing_outlives_a_killed_test_run() -> None:
    script = (
        "import time\n"
        "from tests.kafka.cluster import KafkaCluster\n"
        "with KafkaCluster() as cluster:\n"
        "    print(cluster.pid(0), cluster.log(0), flush=True)\n"
        "    time.sleep(60)\n"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=root) as run:
        assert run.stdout is not None
        pid, log = run.stdout.readline().decode().split()
        run.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    storage = Path(log).parents[1]
    while (is_alive(int(pid)) or storage.exists()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(int(pid))
    assert not storage.exists()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(KafkaUnavailableError, match="java"):
        find_java()
    with pytest.raises(KafkaUnavailableError, match="mvn"):
        fetch_jars("4.0.0")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def secured(authority: trustme.CA) -> Iterator[KafkaCluster]:
    keystore = keystore_properties(authority)
    scram_login = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    listeners = (
        Listener("MUTUAL", "SSL", keystore | {"ssl.client.auth": "required"}),
        Listener(
            "SCRAM",
            "SASL_SSL",
            keystore
            | {
                "sasl.enabled.mechanisms": "SCRAM-SHA-512",
                "scram-sha-512.sasl.jaas.config": scram_login,
            },
        ),
    )
    with cluster_or_skip(1, listeners=listeners, scram_users={"reader": "s3same"}) as cluster:
        create(cluster.bootstrap_servers, "secured", 1)
        yield cluster


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_scram_over_tls(secured: KafkaCluster, trusting: ssl.SSLContext) -> None:
    login = {
        "security_protocol": "SASL_SSL",
        "ssl_context": trusting,
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "reader",
    }
    servers = secured.addresses("SCRAM")
    publish(servers, "secured", [b"by password"], **login, sasl_plain_password="s3same")
    assert b"by password" in read(servers, "secured", 1, **login, sasl_plain_password="s3same")
    with pytest.raises(KafkaTimeoutError):
        KafkaAdminClient(
            bootstrap_servers=servers,
            bootstrap_timeout_ms=2000,
            **login,
            sasl_plain_password="wrong",
        )


def test_mutual_tls(secured: KafkaCluster, authority: trustme.CA, trusting: ssl.SSLContext) -> None:
    servers = secured.addresses("MUTUAL")
    with pytest.raises(KafkaTimeoutError):
        KafkaAdminClient(
            bootstrap_servers=servers,
            security_protocol="SSL",
            ssl_context=trusting,
            bootstrap_timeout_ms=2000,
        )
    authority.issue_cert("publisher@example.org").configure_cert(trusting)
    tls = {"security_protocol": "SSL", "ssl_context": trusting}
    publish(servers, "secured", [b"by certificate"], **tls)
    assert b"by certificate" in read(servers, "secured", 1, **tls)
