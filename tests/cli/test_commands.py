"""The commands as a stranger types them."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import orjson
import pytest

from streams.broker import EmbeddedBroker
from streams.config import load_settings
from streams.connection import producer
from streams.topics import create_topics

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOWHERE = "127.0.0.1:1"
HEDGE = {
    "field": "text",
    "start": 0,
    "end": 5,
    "text": "Forse",
    "category": "epistemic",
    "sentence": 0,
    "hedged": True,
    "in_quote": False,
    "source": None,
    "rule": "forse",
}
CLAIM = {
    "article": {"id": "a"},
    "language": "it",
    "processed_at": "2026-01-02T03:04:05.000Z",
    "claim": {
        "field": "text",
        "start": 0,
        "end": 12,
        "text": "Forse nevica",
        "predicate": "nevica",
        "entities": [],
        "hedges": [HEDGE],
        "source": None,
    },
}


def run(
    *arguments: str, servers: str = NOWHERE, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "streams", *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        env=os.environ | {"HEDGEWIRE_BOOTSTRAP_SERVERS": servers, "COLUMNS": "200"},
    )


@pytest.fixture(scope="module")
def servers() -> Iterator[str]:
    with EmbeddedBroker() as broker:
        create_topics(load_settings(broker.bootstrap_servers), 2, 1)
        yield broker.bootstrap_servers


def test_the_demo_shows_the_whole_pipeline() -> None:
    result = run("demo")
    shown = result.stdout.decode()
    assert result.returncode == 0, result.stderr.decode()
    assert b"page      http://127.0.0.1:" in result.stderr
    assert "Elena Marchetti[PER]" in shown
    assert "avrebbe avviato[reportive]" in shown
    assert "hedgewire.tagger 0" in shown
    assert "hedgewire.spotter 0" in shown


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["demo"],
        ["broker"],
        ["topics", "create"],
        ["topics", "list"],
        ["worker"],
        ["publish"],
        ["subscribe"],
        ["analyze"],
        ["explain"],
        ["lag"],
        ["ui"],
        ["rejected", "replay"],
    ],
)
def test_every_command_has_help(command: list[str]) -> None:
    result = run(*command, "--help")
    assert result.returncode == 0
    assert b"Usage" in result.stdout


@pytest.mark.parametrize(
    "command",
    [
        ["topics", "list"],
        ["topics", "create"],
        ["worker", "tagger"],
        ["subscribe", "tagged"],
        ["lag"],
        ["rejected", "replay"],
    ],
)
def test_without_a_broker_a_command_exits_3_and_says_what_to_do(command: list[str]) -> None:
    result = run(*command)
    assert result.returncode == 3
    assert NOWHERE.encode() in result.stderr
    assert b"hedgewire broker" in result.stderr
    assert b"Traceback" not in result.stderr


def test_publish_prints_ids_reports_bad_records_and_exits_2(servers: str, tmp_path: Path) -> None:
    file = tmp_path / "wire.jsonl"
    file.write_bytes(b'{"id": "1", "text": "Uno."}\n{"id": "2"}\n{"id": "3", "text": "Tre."}\n')
    result = run("publish", str(file), servers=servers)
    assert result.stdout.split() == [b"1", b"3"]
    assert f"{file}:2".encode() in result.stderr
    assert result.returncode == 2


def test_publish_reads_standard_input(servers: str) -> None:
    result = run("publish", "-", "--json", servers=servers, stdin=b'{"id": "9", "text": "Nove."}')
    assert (result.returncode, orjson.loads(result.stdout)) == (0, {"id": "9"})


def test_subscribe_passes_over_what_is_no_event(servers: str) -> None:
    settings = load_settings(servers, topic_prefix="mixed.")
    create_topics(settings, 1, 1)
    with closing(producer(settings)) as client:
        for value in (b"{", None, b'{"article": {}}', orjson.dumps(CLAIM)):
            client.send("mixed.claims", key=b"a", value=value)
        client.flush()
    arguments = ("--from-beginning", "--limit", "1", "--json", "--topic-prefix", "mixed.")
    result = run("subscribe", "claims", *arguments, servers=servers)
    assert result.returncode == 0
    assert orjson.loads(result.stdout) == CLAIM
    assert result.stderr.count(b"passed over mixed.claims[0]@") == 3


def test_missing_topics_are_named(servers: str) -> None:
    result = run("worker", "--topic-prefix", "none.", servers=servers)
    assert result.returncode == 2
    assert b"none.articles" in result.stderr
    assert b"hedgewire topics create" in result.stderr


def test_topics_are_created_once_and_listed(servers: str) -> None:
    arguments = ("topics", "create", "--partitions", "3", "--topic-prefix", "new.", "--json")
    first = [orjson.loads(line) for line in run(*arguments, servers=servers).stdout.splitlines()]
    again = [orjson.loads(line) for line in run(*arguments, servers=servers).stdout.splitlines()]
    assert [item["created"] for item in first] == [True] * 5
    assert [item["created"] for item in again] == [False] * 5
    listed = run("topics", "list", "--topic-prefix", "new.", "--json", servers=servers)
    assert {orjson.loads(line)["partitions"] for line in listed.stdout.splitlines()} == {3}


def test_analyze_writes_a_line_an_article(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("date 2026-01 Elena Marchetti avrebbe venduto la sede di Torino.")
    result = run("analyze", str(file), str(tmp_path / "none.txt"))
    assert result.returncode == 2
    assert b"none.txt" in result.stderr
    [line] = result.stdout.splitlines()
    found = orjson.loads(line)
    assert list(found) == [
        "id",
        "language",
        "sentences",
        "entities",
        "hedges",
        "claims",
        "hedge_rate",
        "by_entity",
    ]
    assert (found["id"], found["language"], found["hedge_rate"]) == ("a", "it", 1.0)
    assert [hedge["text"] for hedge in found["hedges"]] == ["avrebbe venduto"]


def test_a_gazetteer_wins_over_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "names.tsv"
    monkeypatch.setenv("HEDGEWIRE_GAZETTEER", str(file))
    file.write_text("Q1\tORG\tAcciaierie Velino\tVelino\n")
    result = run("analyze", "-", stdin=b"Velino chiude.")
    [entity] = orjson.loads(result.stdout)["entities"]
    assert (entity["id"], entity["name"], entity["type"]) == ("Q1", "Acciaierie Velino", "ORG")
    file.write_text("Q1\n")
    result = run("analyze", "-", stdin=b"Velino chiude.")
    assert result.returncode == 2
    assert f"{file}:1".encode() in result.stderr


def test_analyze_pretty_marks_the_text() -> None:
    result = run("analyze", "-", "--pretty", stdin="Forse Elena Marchetti è a Torino.".encode())
    assert b"Forse[epistemic] Elena Marchetti[PER]" in result.stdout


def test_explain_tells_what_was_turned_down() -> None:
    result = run("explain", "Se avesse i fondi, comprerebbe la sede.", "--json")
    explained = orjson.loads(result.stdout)
    assert explained["hedges"] == []
    assert "comprerebbe" in {refused["text"] for refused in explained["refused"]}


def test_a_password_is_no_option() -> None:
    result = run("lag", "--help")
    assert b"--sasl-password" not in result.stdout
    assert b"never in an option" in result.stdout
