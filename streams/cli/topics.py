"""``hedgewire topics``: create and list the pipeline's topics."""

from __future__ import annotations

from typing import Annotated

import orjson
import typer
from rich.table import Table

from streams.cli.options import (
    BootstrapServers,
    ConfigFile,
    InputError,
    JsonOutput,
    TopicPrefix,
    out,
)
from streams.config import load_settings

topics = typer.Typer(help="Create and list the pipeline's topics.", no_args_is_help=True)


@topics.command()
def create(
    partitions: Annotated[
        int, typer.Option(min=1, help="Partitions of each topic: the most workers that can share.")
    ] = 8,
    replication: Annotated[
        int, typer.Option(help="Copies of each partition; -1 takes the cluster's default.")
    ] = -1,
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
    config: ConfigFile = None,
    json: JsonOutput = False,
) -> None:
    """Create the topics that are missing, with their partitions, retention and cleanup.

    Topics that exist are left as they are, so it is safe to run again.
    """
    from kafka.errors import KafkaError

    from streams.topics import create_topics

    settings = load_settings(bootstrap_servers, topic_prefix, config)
    try:
        created = create_topics(settings, partitions, replication)
    except KafkaError as error:
        raise InputError(f"the cluster refused: {error}") from error
    for name, new in created.items():
        if json:
            typer.echo(orjson.dumps({"topic": name, "created": new}))
        else:
            out.print(f"{'created' if new else 'exists '}  {name}", markup=False)


@topics.command("list")
def list_(
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
    config: ConfigFile = None,
    json: JsonOutput = False,
) -> None:
    """List the pipeline's topics and how many partitions each has."""
    from streams.topics import partitions_by_topic

    settings = load_settings(bootstrap_servers, topic_prefix, config)
    partitions = partitions_by_topic(settings)
    if json:
        for name, count in partitions.items():
            typer.echo(orjson.dumps({"topic": name, "partitions": count}))
        return
    table = Table("topic", "partitions", box=None)
    for name, count in partitions.items():
        table.add_row(name, str(count) if count else "[yellow]missing[/]")
    out.print(table)
