"""``hedgewire publish``: articles from files to the ``articles`` topic."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from streams.cli.options import (
    BootstrapServers,
    ConfigFile,
    ExitCode,
    JsonOutput,
    TopicPrefix,
    err,
)
from streams.client import DeliveryError, Publisher, Receipt
from streams.config import load_settings
from streams.intake import BadRecord, read_articles

IN_FLIGHT = 1_000


def publish(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH… | -", help="Files to read; - is standard input."),
    ],
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
    config: ConfigFile = None,
    json: JsonOutput = False,
) -> None:
    """Publish articles and wait until the broker has stored them; print their ids.

    [b].txt[/] is one article, whose leading [i]date YYYY-MM-DD[/] is its date; [b].json[/] is an
    article or an IPTC ninjs item; [b].jsonl[/] has an article a line. A bad record is reported
    with its file and line and the rest go on; the exit status is then 2.

    Example: [b]hedgewire publish today/*.txt wire.jsonl[/]
    """
    settings = load_settings(bootstrap_servers, topic_prefix, config)
    bad = failed = 0
    waiting: deque[Receipt] = deque()

    def settle() -> bool:
        receipt = waiting.popleft()
        try:
            receipt.wait()
        except DeliveryError as error:
            err.print(f"not delivered: {error}", markup=False)
            return False
        typer.echo(orjson.dumps({"id": receipt.article_id}) if json else receipt.article_id)
        return True

    with (
        Progress(
            SpinnerColumn(),
            TextColumn("publishing {task.completed}"),
            TimeElapsedColumn(),
            console=err,
            transient=True,
            disable=not err.is_terminal,
        ) as progress,
        Publisher(settings) as publisher,
    ):
        task = progress.add_task("publish", total=None)
        for article in read_articles(paths):
            if isinstance(article, BadRecord):
                err.print(f"bad record: {article}", markup=False)
                bad += 1
                continue
            try:
                waiting.append(publisher.publish(article))
            except DeliveryError as error:
                err.print(f"not delivered: {error}", markup=False)
                failed += 1
            if len(waiting) > IN_FLIGHT:
                failed += not settle()
            progress.advance(task)
        while waiting:
            failed += not settle()
    if failed:
        raise typer.Exit(ExitCode.UNREACHABLE)
    if bad:
        raise typer.Exit(ExitCode.USAGE)
