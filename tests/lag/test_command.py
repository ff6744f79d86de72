"""``hedgewire lag`` as scripts use it: output and exit codes."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import orjson

from tests.kafka.cluster import free_ports

if TYPE_CHECKING:
    from tests.lag.conftest import Stage


def lag(servers: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "streams", "lag", f"--bootstrap-servers={servers}"]
    return subprocess.run([*command, *arguments], check=False, capture_output=True, text=True)


def test_json_has_one_object_a_partition(any_stage: Stage) -> None:
    any_stage.create(partitions=2)
    any_stage.publish(*[b"v"] * 3)
    any_stage.commit(any_stage.topic, {0: 1, 1: 0})
    ran = lag(any_stage.servers, f"--group={any_stage.topic}", "--json")
    first, second = (orjson.loads(line) for line in ran.stdout.splitlines())
    assert first.pop("seconds") > 0
    where = {"group": any_stage.topic, "topic": any_stage.topic}
    behind = {"partition": 0, "committed": 1, "end": 3, "lag": 2}
    assert first.items() >= (where | behind).items()
    done = {"partition": 1, "committed": 0, "end": 0, "lag": 0, "seconds": 0.0, "status": "OK"}
    assert second.items() >= (where | done).items()
    assert ran.returncode == 0


def test_a_piped_table_is_not_cut(any_stage: Stage) -> None:
    any_stage.create()
    group = f"{any_stage.topic}-{'long' * 30}"
    any_stage.commit(group, {0: 0})
    ran = lag(any_stage.servers, f"--group={group}")
    row = ran.stdout.splitlines()[1]
    assert row.split() == [group, any_stage.topic, "0", "0", "0", "0", "0.0", "s", "OK"]


def test_limits(any_stage: Stage) -> None:
    any_stage.create(partitions=2)
    any_stage.publish(*[b"v"] * 3)
    any_stage.publish(*[b"v"] * 3, partition=1)
    any_stage.commit(any_stage.topic, {0: 1, 1: 1})
    pattern = f"--group={any_stage.topic}"
    assert lag(any_stage.servers, pattern, "--max-lag=4").returncode == 0
    assert lag(any_stage.servers, pattern, "--max-seconds=3600").returncode == 0
    over = lag(any_stage.servers, pattern, "--max-lag=3")
    assert over.returncode == 1
    assert "4 records behind, more than 3" in over.stderr
    late = lag(any_stage.servers, pattern, "--max-seconds=0")
    assert late.returncode == 1
    assert "s behind, more than 0" in late.stderr


def test_a_group_that_is_not_there_fails_the_check(any_stage: Stage) -> None:
    ran = lag(any_stage.servers, "--group=no-such-group", "--max-lag=0")
    assert ran.returncode == 1
    assert "no consumer group" in ran.stderr


def test_modes_that_exclude_one_another(any_stage: Stage) -> None:
    assert lag(any_stage.servers, "--watch", "--max-lag=1").returncode == 2


def test_no_broker() -> None:
    (port,) = free_ports(1)
    ran = lag(f"localhost:{port}")
    assert ran.returncode == 3
    assert f"localhost:{port}" in ran.stderr
