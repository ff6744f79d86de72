"""The figures that documents quote are those of the benchmark's last run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench import capacity, report

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def results() -> Any:
    return json.loads((ROOT / "bench/results/results.json").read_text("utf-8"))


def test_readme_quotes_the_benchmark(results: Any) -> None:
    assert report.summary(results) in (ROOT / "README.md").read_text("utf-8")


def test_capacity_is_worked_out_from_the_benchmark(results: Any) -> None:
    assert capacity.tables(results) in (ROOT / "docs/capacity.md").read_text("utf-8")


def test_a_burst_below_capacity_leaves_no_backlog() -> None:
    assert capacity.burst(0.05) == (0, 0)


def test_a_burst_is_worked_off_at_what_is_left_of_capacity() -> None:
    late, gone = capacity.burst(0.5)
    # 20 times half the capacity for ten minutes: nine times ten minutes of work too much.
    assert late == 9 * 600
    assert gone == 2 * late
