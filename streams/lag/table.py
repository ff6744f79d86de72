"""The lag as a person reads it: the worst first, totals, and how it went lately."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from streams.lag.evaluation import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from streams.lag.evaluation import GroupVerdict, Verdict

STYLES = {Status.OK: "green", Status.UNKNOWN: "cyan", Status.WARN: "yellow"}
TROUBLE = "bold red"

BARS = "▁▂▃▄▅▆▇█"
HISTORY = 30
"""Polls that a sparkline shows."""


def partition_table(groups: Iterable[GroupVerdict]) -> Table:
    """Lay out every partition, the groups and the partitions in trouble first, with totals."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("group", "topic"):
        table.add_column(name, overflow="fold")
    for name in ("partition", "committed", "end", "lag", "time lag"):
        table.add_column(name, justify="right")
    table.add_column("status")
    for group in _worst_first(groups):
        for verdict in sorted(group.partitions, key=_trouble, reverse=True):
            observation = verdict.observation
            table.add_row(
                Text(group.group),
                Text(observation.topic),
                str(observation.partition),
                number(observation.committed),
                number(observation.end),
                number(observation.lag),
                duration(verdict.seconds),
                _status(verdict.status, observation.error),
            )
        if len(group.partitions) > 1:
            table.add_row(
                Text(group.group, style="bold"),
                *(Text("total", style="bold"), "", "", ""),
                Text(number(group.lag), style="bold"),
                Text(duration(group.seconds), style="bold"),
                _status(group.status),
            )
    return table


def group_table(groups: Iterable[GroupVerdict], history: Mapping[str, Sequence[int]]) -> Table:
    """Lay out one line a group, with its last lags (oldest first) as a sparkline."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("group", overflow="fold")
    for name in ("lag", "time lag", "in/s", "out/s", "caught up in"):
        table.add_column(name, justify="right")
    table.add_column("status")
    table.add_column("lag lately")
    for group in _worst_first(groups):
        paces = [each.pace for each in group.partitions if each.pace is not None]
        table.add_row(
            Text(group.group),
            number(group.lag),
            duration(group.seconds),
            f"{sum(pace.produced for pace in paces):,.1f}" if paces else "–",
            f"{sum(pace.consumed for pace in paces):,.1f}" if paces else "–",
            duration(group.catch_up),
            _status(group.status),
            sparkline(history.get(group.group, ())),
        )
    return table


def sparkline(values: Sequence[int]) -> str:
    """Draw numbers as bars, a lag of zero lowest and the largest of them highest."""
    top = max(values, default=0)
    if top == 0:
        return BARS[0] * len(values)
    return "".join(BARS[math.ceil(value / top * (len(BARS) - 1))] for value in values)


def number(value: int | None) -> str:
    """Write a number with thousands apart; a dash where it is unknown."""
    return "–" if value is None else f"{value:,}"


def duration(seconds: float | None) -> str:
    """Write a time in its two largest units; a dash where unknown, ``never`` where infinite."""
    if seconds is None:
        return "–"
    if math.isinf(seconds):
        return "never"
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _worst_first(groups: Iterable[GroupVerdict]) -> list[GroupVerdict]:
    return sorted(groups, key=lambda group: (-group.status.severity, -group.lag, group.group))


def _trouble(verdict: Verdict) -> tuple[int, int, str, int]:
    observation = verdict.observation
    # Reversed by the caller, hence the negative number: equal trouble in order of partitions.
    return (
        verdict.status.severity,
        observation.lag or 0,
        observation.topic,
        -observation.partition,
    )


def _status(status: Status, error: str | None = None) -> Text:
    text = status.value if status is not Status.ERROR or error is None else f"ERROR {error}"
    return Text(text, style=STYLES.get(status, TROUBLE))
