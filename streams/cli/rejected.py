"""``hedgewire rejected``: what to do with dead letters."""

from __future__ import annotations

import typer

from streams.cli.options import BootstrapServers, ConfigFile, TopicPrefix, err
from streams.config import load_settings

rejected = typer.Typer(help="Deal with rejected articles.", no_args_is_help=True)


@rejected.callback()
def _group() -> None:
    """Keep ``replay`` a subcommand though it is the only one."""


@rejected.command()
def replay(
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
    config: ConfigFile = None,
) -> None:
    """Put rejected articles back on their source topic, as they were received.

    Each is put back once: a second replay goes on where the first ended. Look at them first
    with [b]hedgewire subscribe rejected --from-beginning[/].
    """
    from streams.replay import replay_rejected

    settings = load_settings(bootstrap_servers, topic_prefix, config)
    count = 0
    for place in replay_rejected(settings):
        typer.echo(place)
        count += 1
    err.print(f"{count} put back")
