"""``hedgewire demo``: the whole pipeline on the sample articles, in one terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from importlib.resources import as_file, files
from typing import IO, Annotated, Any

import orjson
import typer
from kafka import OffsetAndMetadata, TopicPartition

from streams import topics
from streams.article import Article
from streams.broker import EmbeddedBroker
from streams.cli import render
from streams.cli.options import ExitCode, err, out
from streams.client import Publisher, follow
from streams.config import Settings, load_settings
from streams.connection import consumer
from streams.intake import read_articles
from streams.lag import lag_monitor

PARTITIONS = 4
TAGGER, SPOTTER = "tagger", "spotter"
TIMEOUT_SECONDS = 120.0
STOP_TIMEOUT_SECONDS = 60.0


class DemoError(RuntimeError):
    """The pipeline did not do its work; the message says what was missing."""


def demo(
    ui: Annotated[
        bool, typer.Option("--ui", help="Keep everything running for the page, until Ctrl-C.")
    ] = False,
) -> None:
    """See it work: a broker, both processors and nine sample articles, here and now.

    Starts an embedded broker on a free loopback port, runs the processors, publishes the
    sample articles, shows the events as they arrive and the lag falling to zero, and stops
    everything. Nothing is left behind. Meanwhile there is a page to watch it in a browser.
    """
    from streams.ui import serving

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with EmbeddedBroker() as broker, tempfile.TemporaryFile() as log:
        err.print(f"broker    {broker.bootstrap_servers}, in memory", style="dim")
        settings = load_settings(broker.bootstrap_servers, topic_prefix="")
        topics.create_topics(settings, PARTITIONS, 1)
        _begin_groups(settings)
        try:
            with _workers(broker.bootstrap_servers, log), serving(settings) as address:
                err.print(f"page      {address}", style="dim", markup=False)
                _show_events(settings, expected=_publish(settings))
                if ui:
                    _stay(address)
        except DemoError as error:
            err.print(f"the demo failed: {error}", style="bold red", markup=False)
            log.seek(0)
            err.print(log.read().decode(errors="replace"), markup=False)
            raise typer.Exit(ExitCode.CHECK_FAILED) from error
    err.print("stopped. Next: hedgewire demo --ui, or hedgewire --help", style="dim")


def _stay(address: str) -> None:
    err.print(f"watch it on {address}; Ctrl-C to stop", markup=False)
    with suppress(KeyboardInterrupt):
        signal.pause()


@contextmanager
def _workers(bootstrap_servers: str, log: IO[bytes]) -> Iterator[None]:
    """Run all processors; what they log is shown only if the demo fails."""
    environment = os.environ | {
        "HEDGEWIRE_BOOTSTRAP_SERVERS": bootstrap_servers,
        "HEDGEWIRE_TOPIC_PREFIX": "",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "streams", "worker", "all"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    err.print("workers   tagger and spotter, starting", style="dim")
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _publish(settings: Settings) -> int:
    with as_file(files("streams") / "samples" / "articles.jsonl") as path:
        articles = [item for item in read_articles([path]) if isinstance(item, Article)]
    with Publisher(settings) as publisher:
        for receipt in [publisher.publish(article) for article in articles]:
            receipt.wait()
    err.print(f"published {len(articles)} sample articles", style="dim")
    out.print(render.legend(), "")
    return len(articles)


def _begin_groups(settings: Settings) -> None:
    """Commit the beginning for each processor, so that its lag is seen from the first article."""
    for processor, name in ((TAGGER, topics.ARTICLES), (SPOTTER, topics.TAGGED)):
        with closing(consumer(settings, settings.group(processor))) as client:
            start = OffsetAndMetadata(0, "", -1)
            client.commit({TopicPartition(name, number): start for number in range(PARTITIONS)})


def _show_events(settings: Settings, expected: int) -> None:
    """Print each article as it is tagged and as it is hedged, and the lag until it is zero."""
    tagged: dict[str, Mapping[str, Any]] = {}
    hedged: dict[str, Mapping[str, Any]] = {}
    deadline = time.monotonic() + TIMEOUT_SECONDS
    lag: dict[str, int] = {}
    records = follow((topics.TAGGED, topics.HEDGED), settings, from_beginning=True)
    with lag_monitor(settings) as monitor:
        for record in records:
            if record is not None:
                event = orjson.loads(record.value or b"")
                article_id = event["article"]["id"]
                if record.topic == topics.TAGGED:
                    tagged[article_id] = event
                    _show("tagged", event, None)
                else:
                    hedged[article_id] = event
                # The two topics are read side by side, so either may come first.
                if article_id in tagged and article_id in hedged:
                    _show("hedged", tagged[article_id], hedged.pop(article_id))
            before, lag = lag, {group.group: group.lag for group in monitor.poll().groups}
            if lag != before:
                figures = ", ".join(f"{name} {records}" for name, records in lag.items())
                out.print(f"lag       {figures}\n", style="dim")
            elif record is None and len(tagged) == expected and not any(lag.values()):
                return
            elif time.monotonic() > deadline:
                raise DemoError(f"{len(tagged)} of {expected} articles tagged in time; lag {lag}")


def _show(kind: str, tagged: Mapping[str, Any], hedged: Mapping[str, Any] | None) -> None:
    out.print(kind, style="reverse", end=" ")
    out.print(render.article(tagged["article"], tagged, hedged))
