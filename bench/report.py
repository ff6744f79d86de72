"""From the figures of a run to Markdown.

Ratios are taken within each run, between systems that had the same articles one after another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bench.measure import Spread
from bench.names import BARE, HALF_OF_ONE_THREAD, LOOP, OURS, QUIX, SHIPPED, SPACY
from streams import topics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

PROFILES = ("accurate", "fast")
QUANTILES = ("p50", "p95", "p99", "p99.9")

Results = dict[str, Any]


def text(results: Results) -> str:
    """Return the report, which shows the plots that ``bench.plots`` draws."""
    parts = [heading(results)]
    parts += [section(results) for name, section in SECTIONS.items() if name in results]
    if {"throughput", "latency", "backlog", "scaling"} <= results.keys():
        parts.append(targets(results))
    return "\n\n".join(parts) + "\n"


def heading(results: Results) -> str:
    """Return what was measured where."""
    machine = results["machine"]
    packages = ", ".join(f"{name} {number}" for name, number in machine["packages"].items())
    return f"""# Benchmark

{machine["date"]}, {machine["processor"]}, {machine["cores"]} cores, {machine["memory"]},
{machine["system"]}, Python {machine["python"]}, {packages}; commit {machine["commit"]}.
The load, the broker and what is measured share the machine. The text is that of
`{machine["articles"]}`: {machine["texts"]} articles of {machine["characters"]:,.0f} characters on
average, over and over under new ids.

    python -m bench ARTICLES.jsonl

Each figure is the median of the runs, with the least and the greatest in brackets. A ratio is taken
within each run."""


def summary(results: Results) -> str:
    """Return what the project's README quotes."""
    machine = results["machine"]
    rows = []
    for profile in PROFILES:
        rates = {name: runs["rate"] for name, runs in results["throughput"][profile].items()}
        half = results["latency"][OURS][profile]["50%"][topics.HEDGED]["whole"]
        rows.append(
            [
                f"`{profile}`",
                f"{Spread.of(rates[SHIPPED]).median:.1f}",
                f"{Spread.of(rates[OURS]).median:.1f}",
                *(_median(rates[OURS], rates[name]) for name in (BARE, LOOP, QUIX, SPACY)),
                " / ".join(f"{half[QUANTILES.index(name)]:,.0f} ms" for name in ("p50", "p99")),
            ]
        )
    header = [
        "profile",
        "articles/s",
        "on one thread",
        "to the bare loop",
        "to a loop by hand",
        "to Quix Streams",
        "to spaCy",
        "published to hedged at half load, p50 / p99",
    ]
    return f"{machine['date']}, {machine['cores']} cores, {machine['processor']}:\n\n" + _table(
        header, rows
    )


def stages(results: Results) -> str:
    """Return the cost of each stage."""
    megabytes = results["stages"]["bytes"] / 1e6
    rows = []
    for stage, milliseconds in results["stages"]["milliseconds"].items():
        rate = _spread([1000 / each for each in milliseconds], ",.0f")
        speed = _spread([1000 * megabytes / each for each in milliseconds], ".2f")
        rows.append([stage, _spread(milliseconds, ".2f"), rate, speed])
    return _section(
        "Stages",
        "Processor time of one thread, each stage by itself; `send` is aiokafka's, of all events "
        "of an article, to the embedded broker.",
        _table(["stage", "ms an article", "articles/s", "MB/s"], rows),
        "![Time by stage](stages.svg)",
    )


def throughput(results: Results) -> str:
    """Return the pipeline beside its peers."""
    parts = []
    for profile, systems in results["throughput"].items():
        rows = []
        for name, runs in systems.items():
            ratio = _ratio(runs["rate"], systems[BARE]["rate"])
            ours = _ratio(systems[OURS]["rate"], runs["rate"])
            rows.append(
                [
                    name,
                    _spread(runs["rate"], ".1f"),
                    _spread(ratio, ".2f"),
                    "" if name == OURS else _spread(ours, ".2f"),
                    _spread(runs["processor"], ".1f"),
                ]
            )
        header = ["system", "articles/s", "to the bare loop", "hedgewire to it", "ms of processor"]
        parts += [f"With the profile `{profile}`:", _table(header, rows)]
    return _section(
        "From end to end",
        "From the first article published to the last event received, on the embedded broker with "
        "8 partitions. The bare loop parses, analyses and serialises in one process without "
        "Kafka. The loop written by hand and Quix Streams do the same in one process, at least "
        "once; hedgewire in four: tagger and spotter, each with a process of its own for the "
        "analysis. In all of them, the entity model works on one thread, but for `"
        f"{SHIPPED}`, with {results['machine']['threads']} (`HEDGEWIRE_THREADS`). spaCy has an "
        "English model (`en_core_web_md`, `ner` alone) and seven words to match; it is there for "
        "its speed. `ms of processor` is what the system's processes used for an article, without "
        "broker and load.",
        *parts,
        "![From end to end](throughput.svg)",
    )


def inside(results: Results) -> str:
    """Return the cost of each stage in the workers."""
    rows = [
        [profile, processor, stage, f"{milliseconds:.2f}"]
        for profile, processors in results["inside"].items()
        for processor, stages_ in processors.items()
        for stage, milliseconds in stages_.items()
    ]
    return _section(
        "Stages through Kafka",
        "Milliseconds an article inside the workers, by their own metrics. `analysis` includes the "
        "way to the process that does it and back; `delivery` lasts until the broker has all "
        "events, and goes on while the next articles are analysed.",
        _table(["profile", "processor", "stage", "ms an article"], rows),
    )


def overhead(results: Results) -> str:
    """Return what frameworks cost by themselves."""
    rows = [
        [broker, name, _spread(rates, ",.0f"), _spread(_ratio(rates, systems[LOOP]), ".2f")]
        for broker, systems in results["overhead"].items()
        for name, rates in systems.items()
    ]
    return _section(
        "Frameworks alone",
        "Records of 2 kB sent on as they are, at least once, one process each (hedgewire has a "
        "second for its handler).",
        _table(["broker", "system", "records/s", "to the loop"], rows),
    )


def latency(results: Results) -> str:
    """Return how long articles take to their events."""
    rows = [
        [
            name,
            profile,
            load,
            topic,
            *map(_among, values["whole"], zip(*values["parts"], strict=True)),
        ]
        for name, profiles in results["latency"].items()
        for profile, loads in profiles.items()
        for load, by_topic in loads.items()
        for topic, values in by_topic.items()
    ]
    return _section(
        "Latency",
        "Milliseconds from when an article was due to be published until its event was received, "
        f"at a share of the throughput of `{SHIPPED}`, above. Articles come at random times (a "
        "Poisson process) whether or not the pipeline keeps up. In brackets are the least and the "
        "greatest of five parts of a run: how much the tail owes to how the articles happened to "
        "come.",
        _table(["system", "profile", "load", "to", *QUANTILES], rows),
    )


def scaling(results: Results) -> str:
    """Return what more workers bring."""
    rows = [
        [
            profile,
            workers,
            _spread(runs["rate"], ".1f"),
            _spread(_ratio(runs["rate"], counts["1"]["rate"]), ".2f"),
            _spread(runs["cores"], ".2f"),
        ]
        for profile, counts in results["scaling"].items()
        for workers, runs in counts.items()
    ]
    cores = results["machine"]["cores"]
    return _section(
        "Workers",
        "Taggers on 8 partitions, to `articles.tagged` alone, each with one thread for the entity "
        f"model. The machine has {cores} cores, which also carry the broker, the load and the "
        "receiver: where all are at work, more taggers have nothing to work on.",
        _table(["profile", "taggers", "articles/s", "to one", "cores at work"], rows),
    )


def backlog(results: Results) -> str:
    """Return how the pipeline catches up, and its memory meanwhile."""
    found = results["backlog"]
    rows = [
        [name, f"{half:,.0f}", f"{last:,.0f}", f"{last - half:+,.1f}"]
        for name, half, last in memory(found)
    ]
    rate = found["articles"] / found["seconds"]
    return _section(
        "An hour's backlog",
        f"{found['articles']:,} articles of {found['characters']:.0f} characters, as come in an "
        f"hour at {found['articles'] / 3600:.0f} a second, wait when the workers start, with the "
        f"profile `fast`. All were tagged {found['seconds'] / 60:.1f} minutes later: "
        f"{rate:.0f} a second. Meanwhile the resident memory of the processes:",
        _table(["process", "MB half way", "MB at the end", "change"], rows),
        "![Memory](memory.svg)",
    )


def cold_start(results: Results) -> str:
    """Return how soon workers do their first work."""
    rows = [
        [profile, *(_spread(values, ".1f") for values in topics_.values())]
        for profile, topics_ in results["cold start"].items()
    ]
    return _section(
        "Cold start",
        "Seconds from the command `hedgewire worker` to the first event, with an article waiting.",
        _table(["profile", topics.TAGGED, topics.HEDGED], rows),
    )


def growth(results: Results) -> str:
    """Return how cost grows with size."""
    lengths, partitions = results["growth"]["length"], results["growth"]["partitions"]
    rows = [
        [
            f"{int(length):,}",
            *(_spread([1000 * each for each in lengths[p][length]], ",.0f") for p in PROFILES),
        ]
        for length in lengths[PROFILES[0]]
    ]
    slopes = ", ".join(f"{slope(lengths[profile]):.2f} (`{profile}`)" for profile in PROFILES)
    polls = [
        [f"{int(count):,}", _spread([1000 * each for each in seconds], ",.0f")]
        for count, seconds in partitions.items()
    ]
    return _section(
        "Growth",
        "The whole analysis of one article by its length, in milliseconds. The slope in double "
        f"logarithms, without the shortest, is {slopes}; 1 is in proportion.",
        _table(["characters", *PROFILES], rows),
        "One poll of `hedgewire lag`, by partitions with a group on each; slope "
        f"{slope(partitions):.2f}.",
        _table(["partitions", "ms"], polls),
        "![Growth](growth.svg)",
    )


def targets(results: Results) -> str:
    """Return what was wanted beside what was measured."""
    runs = {
        profile: {name: each["rate"] for name, each in systems.items()}
        for profile, systems in results["throughput"].items()
    }
    rows = []
    for profile in PROFILES:
        of = runs[profile]
        p99 = {
            load: by_topic[topics.HEDGED]["whole"][QUANTILES.index("p99")]
            for load, by_topic in results["latency"][OURS][profile].items()
        }
        taggers = results["scaling"][profile]
        two = _ratio(taggers["2"]["rate"], taggers["1"]["rate"])
        rows += [
            [profile, "to the bare loop", "at least 0.85", _median(of[OURS], of[BARE])],
            [profile, "to the loop on confluent-kafka", "at least 1", _median(of[OURS], of[LOOP])],
            [profile, "to Quix Streams", "above 1", _median(of[OURS], of[QUIX])],
            [profile, "to spaCy in the loop", "above 1", _median(of[OURS], of[SPACY])],
            [profile, "p99 to hedged at half load", "at most 250 ms", f"{p99['50%']:.0f} ms"],
            [
                profile,
                "the same at half of what one thread does",
                "at most 250 ms",
                f"{p99[HALF_OF_ONE_THREAD]:.0f} ms",
            ],
            [profile, "two taggers to one", "at least 1.8", f"{Spread.of(two).median:.2f}"],
        ]
    grown = max(last - half for _, half, last in memory(results["backlog"]))
    rows.append(["fast", "memory over the last 50,000 articles", "flat", f"{grown:+.1f} MB"])
    return _section("Against what was wanted", _table(["profile", "what", "wanted", "is"], rows))


def memory(found: Results) -> list[tuple[str, float, float]]:
    """Return each process's resident megabytes after half of the articles and after all."""
    half = next(sizes for tagged, sizes in found["memory"] if tagged >= found["articles"] / 2)
    last = found["memory"][-1][1]
    return [(name, half[name] / 1e6, last[name] / 1e6) for name in sorted(last) if name in half]


def slope(points: dict[str, list[float]]) -> float:
    """Return the exponent of growth, 1 where cost is in proportion: a line through the logs.

    The smallest size is left out, where what does not grow weighs most.
    """
    sizes = [float(size) for size in points][1:]
    medians = [Spread.of(seconds).median for seconds in points.values()][1:]
    return float(np.polyfit(np.log(sizes), np.log(medians), 1)[0])


SECTIONS: dict[str, Callable[[Results], str]] = {
    "throughput": throughput,
    "stages": stages,
    "inside": inside,
    "overhead": overhead,
    "latency": latency,
    "scaling": scaling,
    "backlog": backlog,
    "cold start": cold_start,
    "growth": growth,
}


def _ratio(rates: Sequence[float], others: Sequence[float]) -> list[float]:
    return [rate / other for rate, other in zip(rates, others, strict=True)]


def _median(rates: Sequence[float], others: Sequence[float]) -> str:
    return f"{Spread.of(_ratio(rates, others)).median:.2f}"


def _spread(values: Sequence[float], form: str) -> str:
    of = Spread.of(values)
    return f"{of.median:{form}} ({of.least:{form}}–{of.greatest:{form}})"


def _among(value: float, parts: Sequence[float]) -> str:
    return f"{value:,.0f} ({min(parts):,.0f}–{max(parts):,.0f})"


def _section(title: str, *parts: str) -> str:
    return "\n\n".join([f"## {title}", *parts])


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
