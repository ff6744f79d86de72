"""Apache Kafka for the tests: a KRaft cluster on loopback, from Maven Central.

The jars are fetched once for each version of ``pom.xml`` and kept in the user's cache, so that
later runs need neither Maven nor a network::

    with KafkaCluster(brokers=3) as cluster:
        produce_to(cluster.bootstrap_servers)
        cluster.kill(0)

Every broker is a controller as well: two of three must be up for the cluster to have one.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ET
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

POM = Path(__file__).with_name("pom.xml")
MINIMUM_JAVA = 17
CLUSTER_ID = "aGVkZ2V3aXJlLXRlc3RzMQ"
STARTED = "Kafka Server started"
ORPHANED = 'read -r _; kill -9 "$1"; rm -rf "$2"; rmdir "${2%/*}" 2>/dev/null'

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]


class KafkaUnavailableError(Exception):
    """Apache Kafka cannot run here; the message says what is missing."""


@dataclass(frozen=True)
class Listener:
    """A further address of every broker, beside the plaintext one.

    ``properties`` are the broker's settings for this listener alone, such as
    ``ssl.keystore.location`` or ``sasl.enabled.mechanisms``. Where a proxy stands before each
    broker, clients are sent to ``proxy_ports``, one for each.
    """

    name: str
    protocol: SecurityProtocol
    properties: Mapping[str, str] = field(default_factory=dict)
    proxy_ports: Sequence[int] = ()


PLAINTEXT = Listener("PLAINTEXT", "PLAINTEXT")


class KafkaCluster:
    """One broker, or several on loopback that replicate every topic.

    With three, topics are kept on three brokers and a write needs two (``acks=all``).

    Args:
        brokers: How many, numbered from 0.
        properties: Broker settings over those made here.
        listeners: Addresses with TLS or SASL; the plaintext one is always there.
        scram_users: Passwords by name, stored for SCRAM-SHA-512.
        version: Of Apache Kafka; ``pom.xml`` says which by default.
        heap: Of each broker, as ``-Xmx`` takes it.

    Raises:
        KafkaUnavailableError: Java is missing, or Maven is and the jars are not cached.
    """

    def __init__(
        self,
        brokers: int = 1,
        *,
        properties: Mapping[str, str] | None = None,
        listeners: Sequence[Listener] = (),
        scram_users: Mapping[str, str] | None = None,
        version: str | None = None,
        heap: str = "256m",
    ) -> None:
        self._java = find_java()
        self._jars = fetch_jars(version or default_version())
        self._heap = heap
        self._scram_users = dict(scram_users or {})
        self._storage = tempfile.TemporaryDirectory(
            prefix="hedgewire-kafka-", ignore_cleanup_errors=True
        )
        directory = Path(self._storage.name)
        listeners = (PLAINTEXT, *listeners)
        ports = iter(free_ports(brokers * (len(listeners) + 1)))
        controllers = [next(ports) for _ in range(brokers)]
        self._ports = [{each.name: next(ports) for each in listeners} for _ in range(brokers)]
        self._brokers = [
            _Broker(
                directory / str(node),
                broker_properties(node, directory / str(node), controllers, self._ports[node])
                | listener_properties(listeners)
                | advertised_properties(node, listeners, self._ports[node])
                | dict(properties or {}),
            )
            for node in range(brokers)
        ]

    def __enter__(self) -> Self:
        """Format the storage and start every broker; return once all of them serve requests."""
        with ExitStack() as on_failure:
            on_failure.callback(self.close)
            self._format()
            for broker in self._brokers:
                self._launch(broker)
            for broker in self._brokers:
                broker.wait_started()
            on_failure.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Kill every broker and delete what they stored."""
        for broker in self._brokers:
            broker.send(signal.SIGKILL)
        for broker in self._brokers:
            broker.wait_stopped()
        self._storage.cleanup()

    @property
    def bootstrap_servers(self) -> str:
        """The plaintext addresses of all brokers, up or not, separated by commas."""
        return self.addresses(PLAINTEXT.name)

    def addresses(self, listener: str) -> str:
        """Return the addresses of one listener on all brokers, separated by commas."""
        return ",".join(f"localhost:{ports[listener]}" for ports in self._ports)

    def log(self, broker: int) -> Path:
        """Return the file that a broker logs to."""
        return self._brokers[broker].log

    def pid(self, broker: int) -> int:
        """Return the process of a broker that is up."""
        return self._brokers[broker].process.pid

    def kill(self, broker: int) -> None:
        """End a broker at once (SIGKILL), as a crash of its machine would."""
        self._brokers[broker].send(signal.SIGKILL)
        self._brokers[broker].wait_stopped()

    def stop(self, broker: int) -> None:
        """Shut a broker down in order (SIGTERM): it hands its partitions over first."""
        self._brokers[broker].send(signal.SIGTERM)
        self._brokers[broker].wait_stopped()

    def start(self, broker: int) -> None:
        """Start a broker that was stopped or killed, on its old port and storage."""
        self._launch(self._brokers[broker])
        self._brokers[broker].wait_started()

    def start_all(self) -> None:
        """Start every broker that is down; the way back from an outage of all of them."""
        down = [broker for broker in self._brokers if not broker.running]
        for broker in down:
            self._launch(broker)
        for broker in down:
            broker.wait_started()

    def tool_command(self, main_class: str, *arguments: str) -> list[str]:
        """Return the command line of one of the programs that come with Kafka."""
        java = self._java_command("-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-Xmx256m")
        return [*java, main_class, *arguments]

    def run_tool(self, main_class: str, *arguments: str, timeout: float = 60) -> str:
        """Run one of Kafka's command-line tools and return what it printed.

        Raises:
            subprocess.CalledProcessError: The tool failed; ``stderr`` holds its complaint.
            subprocess.TimeoutExpired: It took longer than ``timeout`` seconds.
        """
        return subprocess.run(
            self.tool_command(main_class, *arguments),
            check=True,
            capture_output=True,
            text=True,
            timeout=timeout,
        ).stdout

    def _java_command(self, *options: str) -> list[str]:
        # The C1 compiler and the serial collector start soonest and need the least memory.
        frugal = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
        return [self._java, *frugal, *options, "-cp", f"{self._jars}/*"]

    def _format(self) -> None:
        users = [
            f"--add-scram=SCRAM-SHA-512=[name={name},password={password}]"
            for name, password in self._scram_users.items()
        ]
        for broker in self._brokers:
            broker.write_configuration()
            self.run_tool(
                "kafka.tools.StorageTool",
                "format",
                f"--cluster-id={CLUSTER_ID}",
                f"--config={broker.configuration}",
                *users,
            )

    def _launch(self, broker: _Broker) -> None:
        broker.launch(
            [
                *self._java_command(
                    f"-Xms{self._heap}",
                    f"-Xmx{self._heap}",
                    "-Dorg.slf4j.simpleLogger.showDateTime=true",
                    "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
                ),
                "kafka.Kafka",
                str(broker.configuration),
            ]
        )


class _Broker:
    """One broker's files and process."""

    def __init__(self, directory: Path, properties: Mapping[str, str]) -> None:
        self.configuration = directory / "server.properties"
        self.log = directory / "server.log"
        self._properties = properties
        self._process: subprocess.Popen[bytes] | None = None
        self._watchdog: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def process(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("this broker was never started")
        return self._process

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def write_configuration(self) -> None:
        self.configuration.parent.mkdir(parents=True)
        lines = [f"{key}={value}\n" for key, value in self._properties.items()]
        self.configuration.write_text("".join(lines), encoding="utf-8")

    def launch(self, command: list[str]) -> None:
        if self.running:
            raise RuntimeError("this broker is running")
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._watchdog = kill_when_orphaned(self._process.pid, self.log.parent)

    def wait_started(self, timeout: float = 60) -> None:
        deadline = time.monotonic() + timeout
        while STARTED not in (log := self._log_since_launch()):
            if not self.running:
                raise RuntimeError(f"the broker ended as it started:\n{log[-3000:]}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"no broker after {timeout} s:\n{log[-3000:]}")
            time.sleep(0.05)

    def _log_since_launch(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode("utf-8", "replace")

    def send(self, number: signal.Signals) -> None:
        if self.running:
            self.process.send_signal(number)

    def wait_stopped(self, timeout: float = 30) -> None:
        """Wait for the end of the process, and force it where it does not come.

        A broker that shuts down while the others are down waits for a controller in vain.
        """
        if self._process is None:
            return
        if self._watchdog is not None:
            # It must not outlive the broker: the number of an ended process is given away again.
            with self._watchdog as watchdog:
                watchdog.kill()
            self._watchdog = None
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def kill_when_orphaned(pid: int, storage: Path) -> subprocess.Popen[bytes]:
    """Kill a process and delete its files as soon as this process ends, however it ends.

    The kernel closes the pipe that the watchdog reads when its writer, this process, is gone,
    which also holds after SIGKILL. A parent-death signal would follow the thread that started
    the broker instead, and Linux alone has it.
    """
    return subprocess.Popen(
        ["/bin/sh", "-c", ORPHANED, "watchdog", str(pid), storage],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


def broker_properties(
    node: int, directory: Path, controllers: Sequence[int], ports: Mapping[str, int]
) -> dict[str, str]:
    """Return the settings of one broker, which is a controller too, of a small cluster.

    ``controllers`` are the controller ports of all nodes, ``ports`` this broker's own ports by
    listener. The internal topics have few partitions and the cleaner a small buffer, so that a
    small heap does and a start is quick. A broker that was killed may register again only when
    its old session has run out: after 3 s instead of the 9 s of the default.
    """
    replicas = min(3, len(controllers))
    voters = ",".join(f"{index}@localhost:{port}" for index, port in enumerate(controllers))
    addresses = [f"{name}://localhost:{port}" for name, port in ports.items()]
    return {
        "process.roles": "broker,controller",
        "node.id": str(node),
        "controller.quorum.voters": voters,
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": PLAINTEXT.name,
        "listeners": ",".join([*addresses, f"CONTROLLER://localhost:{controllers[node]}"]),
        "log.dirs": str(directory / "data"),
        "default.replication.factor": str(replicas),
        "min.insync.replicas": str(max(1, replicas - 1)),
        "offsets.topic.replication.factor": str(replicas),
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": str(replicas),
        "transaction.state.log.min.isr": str(max(1, replicas - 1)),
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": str(replicas),
        "share.coordinator.state.topic.min.isr": str(max(1, replicas - 1)),
        "share.coordinator.state.topic.num.partitions": "4",
        "group.initial.rebalance.delay.ms": "0",
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
        "auto.create.topics.enable": "false",
        "log.cleaner.dedupe.buffer.size": str(4 * 1024 * 1024),
        "log.cleaner.backoff.ms": "500",
    }


def listener_properties(listeners: Sequence[Listener]) -> dict[str, str]:
    """Return the settings that are the same on every broker: who speaks what where."""
    protocols = ["CONTROLLER:PLAINTEXT", *(f"{each.name}:{each.protocol}" for each in listeners)]
    return {"listener.security.protocol.map": ",".join(protocols)} | {
        f"listener.name.{each.name.lower()}.{key}": value
        for each in listeners
        for key, value in each.properties.items()
    }


def advertised_properties(
    node: int, listeners: Sequence[Listener], ports: Mapping[str, int]
) -> dict[str, str]:
    """Return where one broker sends clients: to its own ports, or to the proxies before them."""
    told = {each.name: each.proxy_ports[node] for each in listeners if each.proxy_ports}
    addresses = (f"{name}://localhost:{port}" for name, port in ({**ports, **told}).items())
    return {"advertised.listeners": ",".join(addresses)}


def default_version() -> str:
    """Return the version of Apache Kafka that ``pom.xml`` names."""
    version = ET.parse(POM).findtext(".//{*}kafka.version")
    if version is None:
        raise ValueError(f"no kafka.version in {POM}")
    return version


def find_java() -> str:
    """Return the ``java`` to run, of ``JAVA_HOME`` or the path.

    Raises:
        KafkaUnavailableError: There is none, or it is older than Kafka 4 needs.
    """
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin" if home else None)
    if java is None:
        raise KafkaUnavailableError(f"no java: Apache Kafka needs Java {MINIMUM_JAVA} or newer")
    banner = subprocess.run([java, "-version"], check=True, capture_output=True, text=True).stderr
    found = re.search(r'version "(\d+)', banner)
    if found is None or int(found[1]) < MINIMUM_JAVA:
        raise KafkaUnavailableError(f"Java {MINIMUM_JAVA} or newer is needed, not {banner!r}")
    return java


def fetch_jars(version: str) -> Path:
    """Return the folder with the jars of one version of Apache Kafka, filled if need be.

    Raises:
        KafkaUnavailableError: They are not cached, and Maven is missing or could not fetch them.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hedgewire"
    digest = hashlib.sha256(POM.read_bytes()).hexdigest()[:8]
    jars = cache / f"kafka-{version}-{digest}"
    if jars.exists():
        return jars
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaUnavailableError("no mvn: Maven fetches Apache Kafka the first time")
    cache.mkdir(parents=True, exist_ok=True)
    # Moved into place when complete, so that an interrupted run leaves no half of a Kafka.
    with tempfile.TemporaryDirectory(dir=cache) as partial:
        fetched = subprocess.run(
            [
                maven,
                *("--quiet", "--batch-mode", f"--file={POM}", f"-Dkafka.version={version}"),
                *("dependency:copy-dependencies", f"-DoutputDirectory={partial}/jars"),
            ],
            check=False,
            capture_output=True,
            text=True,
        )
        if fetched.returncode != 0:
            raise KafkaUnavailableError(f"Maven could not fetch Kafka {version}: {fetched.stdout}")
        Path(partial, "jars").rename(jars)
    return jars


def free_ports(count: int) -> list[int]:
    """Return ports of the loopback interface that nothing listens on at this moment."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
