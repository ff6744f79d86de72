"""The ``hedgewire`` command: one module a command, each a thin layer over the library."""

from __future__ import annotations

import sys

import typer

from streams.cli.analyze import analyze
from streams.cli.broker import broker
from streams.cli.demo import demo
from streams.cli.explain import explain
from streams.cli.lag import lag
from streams.cli.options import ExitCode, InputError, err
from streams.cli.publish import publish
from streams.cli.rejected import rejected
from streams.cli.subscribe import subscribe
from streams.cli.topics import topics
from streams.cli.ui import ui
from streams.cli.worker import worker
from streams.config import ConfigError
from streams.connection import BrokerUnreachableError
from streams.topics import MissingTopicsError

app = typer.Typer(
    name="hedgewire",
    help="Tag entities in news articles and spot hedged reporting, on Apache Kafka.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command()(demo)
app.command()(broker)
app.add_typer(topics, name="topics")
app.command()(worker)
app.command()(publish)
app.command()(subscribe)
app.command()(analyze)
app.command()(explain)
app.command()(lag)
app.command()(ui)
app.add_typer(rejected, name="rejected")


def main() -> None:
    """Run the command line and exit with one of ``ExitCode``."""
    try:
        app()
    except BrokerUnreachableError as error:
        _report(error)
        sys.exit(ExitCode.UNREACHABLE)
    except (ConfigError, InputError, MissingTopicsError) as error:
        _report(error)
        sys.exit(ExitCode.USAGE)


def _report(error: Exception) -> None:
    err.print("error:", style="bold red", end=" ")
    err.print(error, markup=False)
