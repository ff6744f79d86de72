"""The Compose stack, without an engine: its form, its files and its commands."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from tests.published import from_go

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def stack() -> Any:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_it_keeps_the_compose_specification(stack: Any) -> None:
    schema = from_go("github.com/compose-spec/compose-go/v2", "v2.9.0", "schema/compose-spec.json")
    validator = jsonschema_rs.validator_for(schema)
    assert [error.message for error in validator.iter_errors(stack)] == []
    assert not validator.is_valid(stack | {"services": {"kafka": {"image": 1}}})


def test_the_compose_client_accepts_it() -> None:
    docker = shutil.which("docker")
    if docker is None:
        pytest.skip("the docker client is not installed")
    command = [docker, "compose", "--file", str(ROOT / "docker-compose.yml"), "config", "--quiet"]
    if subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("the docker client here has no compose plugin")
    subprocess.run(command, check=True)


def test_its_files_are_in_the_repository(stack: Any) -> None:
    mounts = [
        volume.split(":")[0]
        for service in stack["services"].values()
        for volume in service.get("volumes", [])
        if volume.startswith("./")
    ]
    assert mounts
    assert [mount for mount in mounts if not (ROOT / mount).exists()] == []


def test_nothing_is_published_beyond_loopback(stack: Any) -> None:
    published = [
        port for service in stack["services"].values() for port in service.get("ports", [])
    ]
    assert published
    assert all(str(port).startswith("127.0.0.1:") for port in published)


def test_its_commands_are_the_commands_that_exist(stack: Any) -> None:
    """Each service's command is understood: its words and options exist."""
    import typer

    from streams.cli import app

    root = typer.main.get_command(app)
    checked = 0
    for service in stack["services"].values():
        if not str(service.get("image", "")).startswith("hedgewire"):
            continue
        command, arguments = root, [str(word) for word in service["command"]]
        while isinstance(command, typer.core.TyperGroup):
            command = command.commands[arguments.pop(0)]
        command.make_context("hedgewire", arguments)
        checked += 1
    assert checked >= 4
