"""``hedgewire lag``: how far consumer groups are behind, once, watched or for Prometheus."""

from __future__ import annotations

import signal
import time
from collections import defaultdict, deque
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from streams.cli.options import (
    BootstrapServers,
    ConfigFile,
    ExitCode,
    InputError,
    JsonOutput,
    TopicPrefix,
    err,
    out,
)
from streams.config import load_settings
from streams.connection import BrokerUnreachableError
from streams.lag import LagMonitor, Report, Status, Verdict, lag_monitor
from streams.lag.evaluation import by_group
from streams.lag.exporter import serve as serve_metrics
from streams.lag.limits import Limits
from streams.lag.table import HISTORY, group_table, partition_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


UNBOUNDED = 10_000
"""Columns; more than any table needs."""


def lag(
    group: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", help="Only groups so named: 'news-*'. May be repeated."),
    ] = None,
    topic: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", help="Only topics so named. May be repeated."),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Poll and redraw until Ctrl-C.")] = False,
    serve: Annotated[
        int | None,
        typer.Option(metavar="PORT", min=0, max=65535, help="Serve metrics to Prometheus."),
    ] = None,
    host: Annotated[str, typer.Option(help="The address to serve on.")] = "127.0.0.1",
    interval: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, help="Between polls; ten make a window.")
    ] = 5.0,
    max_lag: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, help="Exit 1 if a group has more records to do."),
    ] = None,
    max_seconds: Annotated[
        float | None,
        typer.Option(metavar="S", min=0, help="Exit 1 if a group's oldest record to do is older."),
    ] = None,
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
    config: ConfigFile = None,
    json: JsonOutput = False,
) -> None:
    """Show how far consumer groups are behind, in records and in seconds.

    The time lag is the age of the oldest record that is not processed yet, by its timestamp.

    The status is judged as Burrow does, over ten polls: WARN falls behind, STALL does not move,
    STOP does not commit, REWIND went back, LOST has a committed offset that was deleted. A single
    look at a living group that has records to do says UNKNOWN.
    """
    limits = Limits(max_lag, max_seconds)
    modes = (watch, serve is not None, limits != Limits())
    if sum(modes) > 1:
        raise InputError("--watch, --serve and --max-lag or --max-seconds exclude one another")
    settings = load_settings(bootstrap_servers, topic_prefix, config)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    groups = group or [f"{settings.topic_prefix}*"]
    with suppress(KeyboardInterrupt), lag_monitor(settings, groups, topic or ["*"]) as monitor:
        if serve is not None:
            err.print(f"metrics on http://{host}:{serve}/metrics; Ctrl-C to stop", style="dim")
            serve_metrics(monitor, host, serve, interval)
        elif watch:
            _watch(monitor, interval, json)
        else:
            report = monitor.poll()
            _show(report, json)
            if limits != Limits():
                _check(report, limits)


def _show(report: Report, json: bool) -> None:
    if json:
        for verdict in report.verdicts:
            typer.echo(orjson.dumps(_as_json(verdict)))
        return
    if report.verdicts:
        # A file or a pipe is not cut to the width of a terminal.
        console = out if out.is_terminal else Console(width=UNBOUNDED)
        console.print(partition_table(report.groups))
    else:
        err.print("no consumer group has committed an offset here", style="yellow")
    for name, reason in report.failures.items():
        err.print(f"{name}: {reason}", style="red", markup=False)


def _as_json(verdict: Verdict) -> dict[str, str | int | float | None]:
    observation = verdict.observation
    return {
        "group": observation.group,
        "topic": observation.topic,
        "partition": observation.partition,
        "committed": observation.committed,
        "end": observation.end,
        "lag": observation.lag,
        "seconds": None if verdict.seconds is None else round(verdict.seconds, 3),
        "status": verdict.status.value,
        "error": observation.error,
    }


def _check(report: Report, limits: Limits) -> None:
    violations = list(limits.violations(report))
    for violation in violations:
        err.print(violation, style="red", markup=False)
    if violations:
        raise typer.Exit(ExitCode.CHECK_FAILED)


def _watch(monitor: LagMonitor, interval: float, json: bool) -> None:
    if json:
        while True:
            _show(monitor.poll(), json)
            time.sleep(interval)
    history: defaultdict[str, deque[int]] = defaultdict(lambda: deque(maxlen=HISTORY))
    report = monitor.poll()
    with Live(console=out, auto_refresh=False) as live:
        while True:
            for group in report.groups:
                history[group.group].append(group.lag)
            live.update(_view(report, history), refresh=True)
            time.sleep(interval)
            report = _next(monitor, live, interval)


def _next(monitor: LagMonitor, live: Live, interval: float) -> Report:
    """Poll, for as long as it takes until a cluster that went away is back."""
    while True:
        try:
            return monitor.poll()
        except BrokerUnreachableError as error:
            live.update(Text(f"{error}; trying again", style="red"), refresh=True)
            time.sleep(interval)


def _view(report: Report, history: Mapping[str, Sequence[int]]) -> Group:
    """Lay out the groups, and below them the partitions that are not all right."""
    troubled = [
        verdict
        for verdict in report.verdicts
        if verdict.observation.lag or verdict.status is not Status.OK
    ]
    groups = group_table(report.groups, history)
    return Group(groups, "", partition_table(by_group(troubled)))
