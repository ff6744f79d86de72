"""``hedgewire rejected``: what to do with dead letters."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import orjson
import typer

from streams.cli.options import (
    BootstrapServers,
    ConfigFile,
    ExitCode,
    InputError,
    JsonOutput,
    TopicPrefix,
    err,
)
from streams.config import load_settings
from streams.events import Record, timestamp

rejected = typer.Typer(help="Deal with rejected articles.", no_args_is_help=True)

PLACE = ("source.topic", "source.partition", "source.offset", "processor", "error")


@rejected.callback()
def _group() -> None:
    """Keep ``replay`` a subcommand though it is the only one."""


@rejected.command()
def replay(
    error: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="Only letters with this error. May be repeated."),
    ] = None,
    processor: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only letters of this processor. May be repeated."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Only letters written then or later, in RFC 3339."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only letters written before then.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List the letters and put none back.")
    ] = False,
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
    config: ConfigFile = None,
    json: JsonOutput = False,
) -> None:
    """Put rejected articles back on their source topic, as they were received.

    Each is put back once, even if this is killed and run again: the records and the memory of
    them are one transaction. Look at the letters first with
    [b]hedgewire subscribe rejected --from-beginning[/].

    Example: [b]hedgewire rejected replay --error processor-timeout --since 2026-05-01[/]
    """
    from streams.replay import ReplayError, Selection, outstanding, replay_rejected

    selection = Selection(error or (), processor or (), _time(since), _time(until))
    settings = load_settings(bootstrap_servers, topic_prefix, config)
    letters = (outstanding if dry_run else replay_rejected)(settings, selection)
    count = 0
    try:
        for letter in letters:
            typer.echo(orjson.dumps(_described(letter)) if json else _place(letter))
            count += 1
    except ReplayError as failure:
        err.print(f"stopped after {count}: {failure}", markup=False)
        raise typer.Exit(ExitCode.CHECK_FAILED) from failure
    err.print(f"{count} would be put back" if dry_run else f"{count} put back")


def _described(letter: Record) -> dict[str, str | None]:
    written = timestamp(datetime.fromtimestamp(letter.timestamp / 1000, UTC))
    return {name.replace(".", "_"): letter.header(name) for name in PLACE} | {
        "rejected_at": written
    }


def _place(letter: Record) -> str:
    topic, partition, offset, processor, error = (letter.header(name) for name in PLACE)
    return f"{topic}[{partition}]@{offset} {processor}: {error}"


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{text} is not a time such as 2026-05-01T08:30:00Z") from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)
