"""Measure the pipeline beside its peers, and write what came out as Markdown and plots.

    python -m bench ARTICLES.jsonl

needs the packages of the group ``bench`` (``pip install --group bench``), and takes some 25
minutes on two cores; nothing else should run beside it. ``--only`` measures some sections again
and leaves the others as they were. ``--against`` measures an earlier revision of ours in the same
run, in those sections that compare systems. ``--draw`` only makes report and plots anew. All is
written to ``--out``: ``results.json``, which has the figures of every run, and what
``bench.report`` and ``bench.plots`` make of it.
"""

from __future__ import annotations

import argparse
import json
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from bench import (
    backlog,
    coldstart,
    corpus,
    growth,
    inside,
    latency,
    overhead,
    plots,
    report,
    scaling,
    stages,
    throughput,
)
from bench.machine import describe
from bench.measure import Spread, say
from bench.names import HALF_OF_ONE_THREAD, OURS, SHIPPED
from bench.systems import CHECKOUT, checkout
from streams.analysis import Profile

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.article import Article

PROFILES: tuple[Profile, ...] = get_args(Profile)


def main() -> None:
    """Run the sections one after another."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("articles", type=Path, metavar="ARTICLES")
    parser.add_argument("--only", action="append", choices=SECTIONS, metavar="SECTION")
    parser.add_argument("--out", type=Path, default=Path("bench/results"))
    parser.add_argument("--against", metavar="REVISION")
    parser.add_argument("--draw", action="store_true")
    options = parser.parse_args()
    texts = corpus.load(options.articles)
    with ExitStack() as stack:
        versions = {OURS: CHECKOUT}
        if options.against:
            versions[f"{OURS} at {options.against}"] = stack.enter_context(
                checkout(options.against)
            )
        _measure(texts, versions, options)


def _measure(texts: list[Article], versions: dict[str, Path], options: argparse.Namespace) -> None:
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "results.json"
    results: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    for name in () if options.draw else options.only or SECTIONS:
        started = time.monotonic()
        results[name] = SECTIONS[name](texts, results, versions)
        results[name + " took"] = time.monotonic() - started
        say(f"{name} took {time.monotonic() - started:.0f} s")
        results["machine"] = describe(options.articles, texts)
        path.write_text(json.dumps(results, indent=1), "utf-8")
    plots.draw(results, options.out)
    text = report.text(results)
    (options.out / "README.md").write_text(text, "utf-8")
    print(text)


def _capacity(results: dict[str, Any], profile: Profile, name: str = OURS) -> float:
    """Return the articles a second that the throughput section found for a profile."""
    rates: list[float] = results["throughput"][profile][name]["rate"]
    return Spread.of(rates).median


def _loads(results: dict[str, Any], profile: Profile) -> dict[str, float]:
    """Return articles a second by load: shares of what ours does as it ships."""
    capacity = _capacity(results, profile, SHIPPED)
    loads = {f"{share:.0%}": share * capacity for share in latency.LOADS}
    return loads | {HALF_OF_ONE_THREAD: _capacity(results, profile) / 2}


SECTIONS: dict[str, Callable[[list[Article], dict[str, Any], dict[str, Path]], Any]] = {
    "stages": lambda texts, *_: stages.measure(texts),
    "throughput": lambda texts, _, versions: {
        profile: throughput.measure(texts, profile, versions) for profile in PROFILES
    },
    "inside": lambda texts, results, _: {
        profile: inside.measure(texts, profile, _capacity(results, profile)) for profile in PROFILES
    },
    "overhead": lambda _, __, versions: overhead.measure(versions),
    "latency": lambda texts, results, versions: {
        name: {
            profile: latency.measure(texts, profile, _loads(results, profile), source)
            for profile in PROFILES
        }
        for name, source in versions.items()
    },
    "scaling": lambda texts, results, _: {
        profile: scaling.measure(texts, profile, _capacity(results, profile))
        for profile in PROFILES
    },
    "backlog": lambda texts, *_: backlog.measure(texts),
    "cold start": lambda *_: {profile: coldstart.measure(profile) for profile in PROFILES},
    "growth": lambda texts, *_: {
        "length": {profile: growth.by_length(texts, profile) for profile in PROFILES},
        "partitions": growth.by_partitions(),
    },
}


if __name__ == "__main__":
    main()
