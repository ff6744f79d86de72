"""Every command over TLS with its own login and no rights but those that are documented."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

from streams.config import ConfigError, load_settings
from tests.security.conftest import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.security.conftest import Door

WAIT_SECONDS = 120.0
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("HEDGEWIRE_")}
ARTICLE = {
    "id": "a1",
    "language": "en",
    "text": "Acme Corporation has reportedly bought a mill in Turin.",
}


def run(
    door: Door, user: str, *command: str, data: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Run a command as a user."""
    return subprocess.run(
        [sys.executable, "-m", "streams", *command, "--config", str(door.configuration(user))],
        env=ENVIRONMENT,
        input=data,
        capture_output=True,
        check=False,
        timeout=WAIT_SECONDS,
    )


@contextmanager
def worker(door: Door, name: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a processor as the user of its name."""
    configuration = str(door.configuration(name))
    with (
        (door.folder / f"{name}.log").open("ab") as log,
        subprocess.Popen(
            [sys.executable, "-m", "streams", "worker", name, "--config", configuration],
            env=ENVIRONMENT,
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(WAIT_SECONDS)
            finally:
                process.kill()


def succeeded(finished: subprocess.CompletedProcess[bytes]) -> bytes:
    assert finished.returncode == 0, finished.stderr.decode()
    return finished.stdout


def test_every_command_with_its_own_rights(door: Door) -> None:
    succeeded(run(door, "administrator", "topics", "create", "--partitions", "2"))
    listed = succeeded(run(door, "administrator", "topics", "list", "--json")).splitlines()
    assert [orjson.loads(line)["partitions"] for line in listed] == [2] * 5

    jsonl = door.folder / "articles.jsonl"
    jsonl.write_bytes(orjson.dumps(ARTICLE))
    assert succeeded(run(door, "publisher", "publish", str(jsonl))) == b"a1\n"

    with worker(door, "tagger") as tagger, worker(door, "spotter") as spotter:
        hedged = succeeded(
            run(
                door,
                "subscriber",
                *("subscribe", "hedged", "--group", "desk", "--from-beginning"),
                *("--limit", "1", "--json"),
            )
        )
        assert orjson.loads(hedged)["article"]["id"] == "a1"
        deadline = time.monotonic() + WAIT_SECONDS
        while run(door, "monitor", "lag", "--max-lag", "0").returncode != 0:
            assert time.monotonic() < deadline
        for process in (tagger, spotter):
            assert PASSWORD.encode() not in Path(f"/proc/{process.pid}/cmdline").read_bytes()
    assert (tagger.returncode, spotter.returncode) == (0, 0)
    assert b"0 put back" in run(door, "replayer", "rejected", "replay").stderr
    for log in door.folder.glob("*.log"):
        assert PASSWORD not in log.read_text()


def test_nobody_can_do_more(door: Door) -> None:
    succeeded(run(door, "administrator", "topics", "create", "--partitions", "2"))
    jsonl = door.folder / "articles.jsonl"
    jsonl.write_bytes(orjson.dumps(ARTICLE))
    for user, command in (
        ("subscriber", ("publish", str(jsonl))),
        ("publisher", ("subscribe", "hedged", "--limit", "1", "--from-beginning")),
        ("monitor", ("rejected", "replay")),
        ("publisher", ("worker", "tagger")),
        ("publisher", ("topics", "create")),
    ):
        refused = run(door, user, *command)
        assert refused.returncode in {2, 3}, (user, command, refused)
        assert b"Traceback" not in refused.stderr, (user, command)
        assert PASSWORD.encode() not in refused.stdout + refused.stderr


@pytest.mark.parametrize("mechanism", ["SCRAM", "PLAIN"], indirect=True)
def test_a_wrong_password_is_refused_and_not_repeated(door: Door) -> None:
    wrong = "not-the-right-one"
    configuration = door.configuration("publisher", password=wrong)
    refused = subprocess.run(
        [sys.executable, "-m", "streams", "topics", "list", "--config", str(configuration)],
        env=ENVIRONMENT,
        capture_output=True,
        check=False,
        timeout=WAIT_SECONDS,
    )
    assert refused.returncode == 3
    assert b"Traceback" not in refused.stderr
    assert wrong.encode() not in refused.stdout + refused.stderr


def test_settings_do_not_show_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEDGEWIRE_SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("HEDGEWIRE_SASL_PASSWORD", "s3cret")
    monkeypatch.setenv("HEDGEWIRE_SSL_KEY_PASSWORD", "s3cret")
    with pytest.raises(ConfigError) as failure:
        load_settings()
    assert "s3cret" not in str(failure.value)
    assert failure.value.__cause__ is None
    monkeypatch.setenv("HEDGEWIRE_SASL_USERNAME", "publisher")
    assert "s3cret" not in repr(load_settings())
    assert "s3cret" not in str(load_settings().model_dump())
