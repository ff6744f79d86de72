"""Compare with kafka-consumer-groups.sh and Burrow, in one run on one cluster.

First correctness, while records flow: at random moments each of the others is asked between two
polls of this monitor. Since offsets only grow, what it says of a partition must lie between what
was read before and after it. Then the flow stops, and all three must say the same.

Then the cost of many groups and partitions: seconds, bytes on the wire, resident memory.

Burrow's last release cannot read Kafka 4, which dropped the requests that it makes; hence the
default version. Needs the ``Burrow`` program (``apt-get install burrow``); the ZooKeeper that it
wants comes with Kafka 3.

    python -m bench.lag.compare --groups 200 --partitions 50
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import os
import random
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.structs import OffsetAndMetadata

from bench.lag.proxy import CountingProxy
from streams.config import Settings
from streams.lag import lag_monitor
from tests.kafka.cluster import KafkaCluster, Listener, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

CONSUMER_GROUPS = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"
ZOOKEEPER = "org.apache.zookeeper.server.ZooKeeperServerMain"
LIVE_TOPIC = "live"
LIVE_GROUP = "live-worker"
LIVE_PARTITIONS = 4


class Place(NamedTuple):
    """Where a group stands on a partition, as one of the monitors says."""

    committed: int
    end: int
    lag: int


Places = dict[tuple[str, int], Place]
"""By topic and partition."""


@dataclass(frozen=True)
class Cost:
    """What a poll of all groups costs its client."""

    seconds: float
    sent: int
    received: int
    memory: int
    """Resident, in KiB, at most."""


# --- What each of the three says of a group -------------------------------------------------


def ask_hedgewire(servers: str, group: str) -> Places:
    with lag_monitor(Settings(bootstrap_servers=servers), [group]) as monitor:
        seen = [verdict.observation for verdict in monitor.poll().verdicts]
    return {
        (each.topic, each.partition): Place(each.committed or 0, each.end or 0, each.lag or 0)
        for each in seen
    }


def ask_consumer_groups(cluster: KafkaCluster, servers: str, group: str) -> Places:
    printed = cluster.run_tool(
        CONSUMER_GROUPS, f"--bootstrap-server={servers}", "--describe", f"--group={group}"
    )
    rows = [line.split() for line in printed.splitlines() if line.startswith(group)]
    return {(row[1], int(row[2])): Place(int(row[3]), int(row[4]), int(row[5])) for row in rows}


def ask_burrow(url: str, group: str) -> Places:
    with urllib.request.urlopen(f"{url}/v3/kafka/local/consumer/{group}/lag") as response:
        partitions = json.load(response)["status"]["partitions"]
    return {
        (each["topic"], each["partition"]): Place(
            each["end"]["offset"],
            each["end"]["offset"] + each["current_lag"],
            each["current_lag"],
        )
        for each in partitions
    }


# --- The programs ------------------------------------------------------------------------------


@contextmanager
def running(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing listens on port {port}")
        time.sleep(0.1)


@contextmanager
def burrow(cluster: KafkaCluster, servers: str) -> Iterator[tuple[str, int]]:
    """Run Burrow with a ZooKeeper; give its address and its process number."""
    web, zookeeper = free_ports(2)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        command = cluster.tool_command(ZOOKEEPER, str(zookeeper), f"{name}/zookeeper")
        stack.enter_context(running(command, folder / "zookeeper.log"))
        # Burrow gives up where it does not answer at once, which it does soon after it listens.
        wait_for_port(zookeeper)
        time.sleep(2)
        Path(folder, "burrow.toml").write_text(
            f"""
            general.pidfile = "{name}/burrow.pid"
            logging.filename = "{name}/burrow-details.log"
            zookeeper.servers = ["127.0.0.1:{zookeeper}"]
            zookeeper.root-path = "/burrow"
            client-profile.plain.client-id = "burrow"
            client-profile.plain.kafka-version = "2.1.0"
            cluster.local.class-name = "kafka"
            cluster.local.servers = ["{servers}"]
            cluster.local.client-profile = "plain"
            cluster.local.topic-refresh = 5
            cluster.local.offset-refresh = 1
            consumer.local.class-name = "kafka"
            consumer.local.cluster = "local"
            consumer.local.servers = ["{servers}"]
            consumer.local.client-profile = "plain"
            consumer.local.start-latest = false
            evaluator.default.class-name = "caching"
            evaluator.default.expire-cache = 1
            httpserver.default.address = "127.0.0.1:{web}"
            storage.default.class-name = "inmemory"
            storage.default.min-distance = 0
            """,
            encoding="utf-8",
        )
        command = ["Burrow", "-config-dir", name]
        process = stack.enter_context(running(command, folder / "burrow.log"))
        wait_for_port(web)
        yield f"http://127.0.0.1:{web}", process.pid


# --- Correctness while records flow --------------------------------------------------------------


def write(servers: str, stop: threading.Event) -> None:
    with closing(KafkaProducer(bootstrap_servers=servers)) as producer:
        while not stop.is_set():
            for _ in range(random.randrange(1, 40)):
                producer.send(LIVE_TOPIC, b"v", partition=random.randrange(LIVE_PARTITIONS))
            time.sleep(random.random() * 0.1)


def work(servers: str, stop: threading.Event, leave: threading.Event) -> None:
    with closing(
        KafkaConsumer(
            LIVE_TOPIC,
            bootstrap_servers=servers,
            group_id=LIVE_GROUP,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            max_poll_records=50,
        )
    ) as consumer:
        while not stop.is_set():
            consumer.poll(timeout_ms=100)
            time.sleep(random.random() * 0.2)
            consumer.commit()
        leave.wait()


def between(said: Places, before: Places, after: Places) -> int:
    """Count the partitions of which committed offset and end lie between two polls of ours."""
    return sum(
        before[where].committed <= place.committed <= after[where].committed
        and before[where].end <= place.end <= after[where].end
        for where, place in said.items()
        if where in before
    )


def check_correctness(cluster: KafkaCluster, moments: int) -> bool:
    servers = cluster.bootstrap_servers
    stop, leave = threading.Event(), threading.Event()
    threads = [
        threading.Thread(target=write, args=(servers, stop)),
        threading.Thread(target=work, args=(servers, stop, leave)),
    ]
    agreed = {"kafka-consumer-groups": 0, "Burrow": 0}
    for thread in threads:
        thread.start()
    time.sleep(5)
    with burrow(cluster, servers) as (url, _):
        time.sleep(5)
        for _ in range(moments):
            time.sleep(random.random())
            before = ask_hedgewire(servers, LIVE_GROUP)
            said = ask_consumer_groups(cluster, servers, LIVE_GROUP)
            after = ask_hedgewire(servers, LIVE_GROUP)
            agreed["kafka-consumer-groups"] += between(said, before, after)
            # Burrow answers from a cache of a second what it read within a second.
            before = ask_hedgewire(servers, LIVE_GROUP)
            time.sleep(2.5)
            said = ask_burrow(url, LIVE_GROUP)
            agreed["Burrow"] += between(said, before, ask_hedgewire(servers, LIVE_GROUP))
        stop.set()
        threads[0].join()
        time.sleep(4)
        ours = ask_hedgewire(servers, LIVE_GROUP)
        theirs = ask_consumer_groups(cluster, servers, LIVE_GROUP)
        burrows = ask_burrow(url, LIVE_GROUP)
        leave.set()
        threads[1].join()
    of = moments * LIVE_PARTITIONS
    for name, count in agreed.items():
        print(f"while records flow: {name} within what hedgewire read around it: {count} of {of}")
    print(f"at rest: hedgewire {ours == theirs == burrows and 'equal to both'}, lags", end=" ")
    print([place.lag for place in ours.values()], "\n")
    return ours == theirs == burrows and all(count == of for count in agreed.values())


# --- Cost at scale -------------------------------------------------------------------------------


def fill(cluster: KafkaCluster, groups: int, partitions: int) -> None:
    """Make a topic and a group for each number, behind on every other partition."""
    servers = cluster.bootstrap_servers
    names = [f"scale-{number:03}" for number in range(groups)]
    with closing(KafkaAdminClient(bootstrap_servers=servers, request_timeout_ms=120_000)) as admin:
        for at in range(0, groups, 10):
            admin.create_topics(
                [NewTopic(name, partitions, 1) for name in names[at : at + 10]], timeout_ms=120_000
            )
        with closing(KafkaProducer(bootstrap_servers=servers, linger_ms=50)) as producer:
            for name in names:
                for partition in range(0, partitions, 2):
                    for _ in range(5):
                        producer.send(name, bytes(500), partition=partition)
            producer.flush()
        for name in names:
            admin.alter_group_offsets(
                name,
                {
                    TopicPartition(name, partition): OffsetAndMetadata(0, "", -1)
                    for partition in range(partitions)
                },
            )


def poll_in_child(servers: str, polls: int, results: Any, go_on: Any) -> None:
    with lag_monitor(Settings(bootstrap_servers=servers), ["scale-*"]) as monitor:
        for _ in range(polls):
            started = time.monotonic()
            report = monitor.poll()
            seconds = time.monotonic() - started
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            lag = sum(group.lag for group in report.groups)
            results.put((seconds, memory, len(report.verdicts), lag))
            go_on.get()


def measure_hedgewire(proxy: CountingProxy, polls: int) -> list[Cost]:
    context = multiprocessing.get_context("spawn")
    results, go_on = context.Queue(), context.Queue()
    child = context.Process(
        target=poll_in_child, args=(f"localhost:{proxy.port}", polls, results, go_on)
    )
    proxy.reset()
    child.start()
    costs = []
    for _ in range(polls):
        seconds, memory, figures, lag = results.get()
        costs.append(Cost(seconds, proxy.sent, proxy.received, memory))
        proxy.reset()
        go_on.put(None)
    child.join()
    print(f"{figures} partitions of groups, {lag} records behind in all")
    return costs


def measure_consumer_groups(cluster: KafkaCluster, proxy: CountingProxy) -> Cost:
    command = cluster.tool_command(
        CONSUMER_GROUPS,
        f"--bootstrap-server=localhost:{proxy.port}",
        "--describe",
        "--all-groups",
        "--timeout=60000",
    )
    proxy.reset()
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return Cost(time.monotonic() - started, proxy.sent, proxy.received, usage.ru_maxrss)


def measure_burrow(cluster: KafkaCluster, proxy: CountingProxy) -> Cost:
    """Measure Burrow's refresh of one second, which reads log ends only: commits come by pushes."""
    with burrow(cluster, f"localhost:{proxy.port}") as (_, pid):
        time.sleep(20)
        proxy.reset()
        time.sleep(10)
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    memory = next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line)
    return Cost(float("nan"), proxy.sent // 10, proxy.received // 10, memory)


def measure_costs(
    cluster: KafkaCluster, proxy: CountingProxy, groups: int, partitions: int
) -> None:
    started = time.monotonic()
    fill(cluster, groups, partitions)
    print(
        f"{groups} groups, {groups * partitions} partitions, in {time.monotonic() - started:.0f} s"
    )
    first, second, third = measure_hedgewire(proxy, 3)
    rows = {
        "hedgewire, first poll": first,
        "hedgewire, next poll": second,
        "hedgewire, third poll": third,
        "kafka-consumer-groups": measure_consumer_groups(cluster, proxy),
        "Burrow, a refresh": measure_burrow(cluster, proxy),
    }
    print(f"{'':24}{'seconds':>9}{'sent kB':>9}{'recv kB':>9}{'MiB':>7}")
    for name, cost in rows.items():
        print(
            f"{name:24}{cost.seconds:9.2f}{cost.sent / 1000:9.0f}{cost.received / 1000:9.0f}"
            f"{cost.memory / 1024:7.0f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kafka", default="3.9.2")
    parser.add_argument("--moments", type=int, default=20)
    parser.add_argument("--groups", type=int, default=200)
    parser.add_argument("--partitions", type=int, default=50)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    if shutil.which("Burrow") is None:
        sys.exit("no Burrow: apt-get install burrow")
    (port,) = free_ports(1)
    proxied = Listener("PROXIED", "PLAINTEXT", proxy_ports=[port])
    with (
        CountingProxy(port) as proxy,
        KafkaCluster(version=options.kafka, listeners=[proxied], heap="1g") as cluster,
    ):
        proxy.target = int(cluster.addresses("PROXIED").rpartition(":")[2])
        with closing(KafkaAdminClient(bootstrap_servers=cluster.bootstrap_servers)) as admin:
            admin.create_topics([NewTopic(LIVE_TOPIC, LIVE_PARTITIONS, 1)])
        correct = check_correctness(cluster, options.moments)
        measure_costs(cluster, proxy, options.groups, options.partitions)
    sys.exit(not correct)


if __name__ == "__main__":
    main()
