"""``hedgewire ui`` as a command: where it serves, how it ends, and its exit codes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from streams.lag import lag_monitor

if TYPE_CHECKING:
    from streams.config import Settings

PATIENCE_SECONDS = 120.0


def start(*arguments: str, settings: Settings | None = None) -> subprocess.Popen[str]:
    variables = (
        {"HEDGEWIRE_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
        if settings is None
        else {
            "HEDGEWIRE_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
            "HEDGEWIRE_TOPIC_PREFIX": settings.topic_prefix,
        }
    )
    return subprocess.Popen(
        [sys.executable, "-m", "streams", "ui", *arguments],
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_serves_on_loopback_until_told_to_stop(bare: Settings) -> None:
    process = start("--port", "0", settings=bare)
    assert process.stdout is not None
    address = urlsplit(process.stdout.readline().strip())
    assert address.hostname == "127.0.0.1"
    assert address.port is not None
    connection = HTTPConnection(address.hostname, address.port, timeout=PATIENCE_SECONDS)
    connection.request("GET", "/")
    assert b"<title>Hedgewire</title>" in connection.getresponse().read()
    # A browser that stays connected does not hold up the end.
    with socket.create_connection((address.hostname, address.port)) as browser:
        browser.sendall(b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert browser.recv(12) == b"HTTP/1.1 200"
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


def test_it_leaves_no_group_behind(bare: Settings) -> None:
    process = start("--port", "0", settings=bare)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE_SECONDS)
    with lag_monitor(bare, ["*"]) as monitor:
        mine = [each for each in monitor.poll().groups if bare.topic_prefix in each.group]
    assert mine == []


def test_a_port_that_is_taken_is_wrong_usage(bare: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start("--port", str(taken.getsockname()[1]), settings=bare)
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 2
    assert "cannot serve on 127.0.0.1" in errors


def test_a_broker_that_is_away_is_unreachable() -> None:
    process = start("--port", "0")
    _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 3
    assert "no Kafka broker answers" in errors
