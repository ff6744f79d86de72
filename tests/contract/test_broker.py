"""The embedded broker comes and goes with its owner."""

from __future__ import annotations

import socket
import subprocess
import sys
import time

import pytest

from streams.broker import HOST, BrokerError, EmbeddedBroker

OWNER = """
import sys
from streams.broker import EmbeddedBroker
with EmbeddedBroker() as broker:
    print(broker.port, flush=True)
    sys.stdin.read()
"""


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def test_it_is_gone_when_its_context_is_left() -> None:
    with EmbeddedBroker() as broker:
        assert listens(broker.port)
    assert not listens(broker.port)


def test_a_taken_port_is_named() -> None:
    with EmbeddedBroker() as broker, pytest.raises(BrokerError, match=str(broker.port)):
        EmbeddedBroker(broker.port).__enter__()


def test_it_does_not_outlive_an_owner_that_is_killed() -> None:
    command = [sys.executable, "-c", OWNER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        port = int(owner.stdout.readline())
        assert listens(port)
        owner.kill()
    deadline = time.monotonic() + 30
    while listens(port):
        assert time.monotonic() < deadline, "the broker lives on"
        time.sleep(0.1)
