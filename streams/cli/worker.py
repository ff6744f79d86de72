"""``hedgewire worker``: run the processors."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Annotated

import typer

from streams.cli.options import BootstrapServers, ConfigFile, TopicPrefix, err
from streams.config import load_settings
from streams.topics import REJECTED, require


class Which(StrEnum):
    """The processors that a worker can run."""

    tagger = "tagger"
    spotter = "spotter"
    all = "all"


def worker(
    which: Annotated[Which, typer.Argument(help="Which processor to run.")] = Which.all,
    serve: Annotated[
        int | None,
        typer.Option(
            metavar="PORT",
            min=1,
            max=65535,
            help="Serve /metrics to Prometheus and /health to probes: 200, or 503 once there is "
            "no progress. With all, the tagger takes this port and the spotter the next.",
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="The address to serve on.")] = "127.0.0.1",
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
    config: ConfigFile = None,
) -> None:
    """Run the processors until Ctrl-C or SIGTERM; then finish what is in hand and commit.

    [b]tagger[/] reads [i]articles[/] and writes [i]articles.tagged[/]; [b]spotter[/] reads those
    and writes [i]articles.hedged[/] and [i]claims[/]. Both put what they cannot use on
    [i]articles.rejected[/]. Start as many workers as there are partitions to share: each
    processor is a consumer group. [b]all[/] runs one of each and starts again any that ends.
    """
    from streams.processors import worker as running

    settings = load_settings(bootstrap_servers, topic_prefix, config)
    processors = [p for p in running.PROCESSORS.values() if which in {Which.all, p.name}]
    used = {REJECTED} | {name for p in processors for name in (p.source, *p.outputs)}
    require(settings, *sorted(used))
    err.print(f"worker {which}: reading from {settings.bootstrap_servers}; Ctrl-C to stop")
    address = None if serve is None else (host, serve)
    if which is Which.all:
        if config is not None:
            os.environ["HEDGEWIRE_CONFIG"] = str(config.absolute())
        running.run_all(settings, address)
    running.run_processor(running.PROCESSORS[which], settings, address=address)
