"""The tables that people read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from streams.lag import Observation
from streams.lag.evaluation import GroupVerdict, Window, by_group, evaluate
from streams.lag.table import duration, group_table, number, partition_table, sparkline

if TYPE_CHECKING:
    from rich.table import Table

NOW = 1000.0


def groups() -> list[GroupVerdict]:
    observations = [
        Observation("quiet", "t", 0, 5, start=0, end=5, active=True),
        Observation("busy", "t", 0, 5, start=0, end=5, active=True),
        Observation("busy", "t", 1, 5, start=0, end=1234567, oldest=NOW - 90, active=True),
        Observation("busy", "t", 2, 5, start=0, end=7, oldest=NOW - 1, active=True),
        Observation("dead", "t", 0, 4, start=0, end=5, oldest=NOW - 7200),
        Observation("dark", "t", 0, 4, error="LEADER_NOT_AVAILABLE"),
    ]
    return by_group(evaluate(each, Window().seen(each, NOW), NOW) for each in observations)


def lines(table: Table) -> list[list[str]]:
    console = Console(width=200, color_system=None)
    with console.capture() as capture:
        console.print(table)
    return [line.split() for line in capture.get().splitlines()]


def test_trouble_comes_first() -> None:
    _, *rows = lines(partition_table(groups()))
    assert [row[:3] for row in rows] == [
        ["dark", "t", "0"],
        ["dead", "t", "0"],
        ["busy", "t", "1"],
        ["busy", "t", "2"],
        ["busy", "t", "0"],
        ["busy", "total", "1,234,564"],
        ["quiet", "t", "0"],
    ]


def test_figures() -> None:
    _, dark, dead, busy, *_ = lines(partition_table(groups()))
    assert dark == ["dark", "t", "0", "4", "–", "–", "–", "ERROR", "LEADER_NOT_AVAILABLE"]
    assert dead == ["dead", "t", "0", "4", "5", "1", "2", "h", "0", "min", "STOP"]
    assert busy[:6] == ["busy", "t", "1", "5", "1,234,567", "1,234,562"]
    assert busy[6:] == ["1", "min", "30", "s", "UNKNOWN"]


def test_one_line_a_group() -> None:
    _, *rows = lines(group_table(groups(), {"busy": [0, 50, 100]}))
    assert [row[0] for row in rows] == ["dark", "dead", "busy", "quiet"]
    assert rows[2][-1] == "▁▅█"


def test_names_with_markup_are_shown_as_they_are() -> None:
    seen = Observation("[red]g[/]", "t", 0, 5, start=0, end=5)
    verdict = evaluate(seen, Window().seen(seen, NOW), NOW)
    assert lines(partition_table(by_group([verdict])))[1][0] == "[red]g[/]"


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], ""), ([0, 0], "▁▁"), ([0, 1, 100], "▁▂█"), ([7], "█")],
)
def test_sparkline(values: list[int], expected: str) -> None:
    assert sparkline(values) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (None, "–"),
        (math.inf, "never"),
        (0.0, "0.0 s"),
        (9.94, "9.9 s"),
        (10.2, "10 s"),
        (59.6, "1 min 0 s"),
        (3599.0, "59 min 59 s"),
        (7260.0, "2 h 1 min"),
        (90_000.0, "1 d 1 h"),
    ],
)
def test_duration(seconds: float | None, expected: str) -> None:
    assert duration(seconds) == expected


def test_number() -> None:
    assert [number(each) for each in (None, 0, 1234)] == ["–", "0", "1,234"]
