"""The alert rules and the dashboard: valid, tested, and about metrics that exist."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest
from prometheus_client import CollectorRegistry

from streams.events import Event, Record
from streams.processors.metrics import WorkerMetrics
from streams.processors.processor import Processed
from tests.lag.test_exporter import exposed_names

DEPLOY = Path(__file__).parents[2] / "deploy"
DASHBOARDS = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))
METRIC = re.compile(r"\b(?:kafka|hedgewire)_\w+")


def promtool(*arguments: str) -> None:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("no promtool: it comes with Prometheus")
    ran = subprocess.run(
        [program, *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=DEPLOY / "prometheus",
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def expressions(dashboard: dict[str, Any]) -> list[str]:
    targets = [each["expr"] for panel in dashboard["panels"] for each in panel["targets"]]
    return targets + [each["definition"] for each in dashboard["templating"]["list"]]


def worker_names() -> set[str]:
    """Return the names of a worker's metrics, as they are exposed once there is something."""
    registry = CollectorRegistry()
    record = Record("articles", 0, 0, 0, None, None)
    outcome = Processed((Event("claims", None, None, ()),), 0.1, "it", 2, 1)
    WorkerMetrics("spotter", registry).batch_delivered(
        [record], [outcome], analysis=0.1, delivery=0.1, now=0.0
    )
    return {sample.name for family in registry.collect() for sample in family.samples}


def test_the_configuration_is_valid() -> None:
    promtool("check", "config", "prometheus.yml")


def test_the_alerts_fire_when_they_should() -> None:
    promtool("test", "rules", "alerts.test.yml")


def test_every_alert_is_tested() -> None:
    names = re.findall(r"- alert: (\w+)", (DEPLOY / "prometheus" / "alerts.yml").read_text())
    tests = (DEPLOY / "prometheus" / "alerts.test.yml").read_text()
    assert names
    assert [name for name in names if f"alertname: {name}\n" not in tests] == []


def test_alerts_are_about_metrics_that_exist() -> None:
    rules = (DEPLOY / "prometheus" / "alerts.yml").read_text()
    used = set(METRIC.findall(rules))
    assert used
    assert used <= exposed_names()


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_dashboards_are_about_metrics_that_exist(path: Path) -> None:
    dashboard = orjson.loads(path.read_bytes())
    used = {name for each in expressions(dashboard) for name in METRIC.findall(each)}
    assert used
    assert used <= exposed_names() | worker_names()


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_panels_do_not_overlap(path: Path) -> None:
    cells = [
        (x, y)
        for panel in orjson.loads(path.read_bytes())["panels"]
        for place in [panel["gridPos"]]
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
