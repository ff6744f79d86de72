"""The plots of a run, as SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "hedgewire"  # the same figures give the same file

from matplotlib import pyplot as plt  # noqa: E402 - once the backend is chosen

from bench.measure import Spread  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

SIZE = (7.0, 3.2)
"""Inches."""


def draw(results: dict[str, Any], out: Path) -> None:
    """Draw a plot for each section that has one."""
    if "stages" in results:
        _save(_stages, results["stages"]["milliseconds"], out / "stages.svg")
    if "throughput" in results:
        _save(_throughput, results["throughput"], out / "throughput.svg")
    if "backlog" in results:
        _save(_memory, results["backlog"]["memory"], out / "memory.svg")
    if "growth" in results:
        _save(_growth, results["growth"], out / "growth.svg")


def _save(plot: Any, data: Any, path: Path) -> None:
    figure, axes = plt.subplots(figsize=SIZE, layout="constrained")
    plot(axes, data)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _stages(axes: Axes, milliseconds: dict[str, list[float]]) -> None:
    names = list(reversed(milliseconds))
    axes.barh(names, [Spread.of(milliseconds[name]).median for name in names])
    axes.set_xscale("log")
    axes.set_xlabel("ms of processor time an article, one thread")


def _throughput(axes: Axes, profiles: dict[str, Any]) -> None:
    height = 0.8 / len(profiles)
    for rank, (profile, systems) in enumerate(profiles.items()):
        spreads = [Spread.of(runs["rate"]) for runs in systems.values()]
        medians = [spread.median for spread in spreads]
        errors = (
            [spread.median - spread.least for spread in spreads],
            [spread.greatest - spread.median for spread in spreads],
        )
        places = [place + rank * height for place in range(len(systems))]
        axes.barh(places, medians, height, xerr=errors, label=profile)
        axes.set_yticks(range(len(systems)), list(systems))
    axes.invert_yaxis()
    axes.set_xlabel("articles/s")
    axes.legend()


def _memory(axes: Axes, samples: list[tuple[int, dict[str, float]]]) -> None:
    for name in samples[-1][1]:
        points = [(tagged, sizes[name] / 1e6) for tagged, sizes in samples if name in sizes]
        axes.plot(*zip(*points, strict=True), label=name)
    axes.set_xlabel("articles tagged")
    axes.set_ylabel("resident MB")
    axes.set_ylim(bottom=0)
    axes.legend(fontsize="x-small")


def _growth(axes: Axes, growth: dict[str, Any]) -> None:
    curves = {f"analysis, {profile}": points for profile, points in growth["length"].items()}
    curves["lag, by partitions"] = growth["partitions"]
    for name, points in curves.items():
        sizes = [int(size) for size in points]
        axes.loglog(sizes, [Spread.of(each).median for each in points.values()], "o-", label=name)
    axes.set_xlabel("characters, or partitions")
    axes.set_ylabel("seconds")
    axes.legend()
