"""The ``hedgewire`` command: one module a command, each a thin layer over the library."""

from __future__ import annotations

import sys

import typer

from streams.cli.options import ExitCode, InputError, err
from streams.config import ConfigError
from streams.connection import BrokerUnreachableError

app = typer.Typer(
    name="hedgewire",
    help="Tag entities in news articles, spot hedged reporting, and watch the lag, on Apache Kafka.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line and exit with one of ``ExitCode``."""
    try:
        app()
    except BrokerUnreachableError as error:
        err.print(f"[red]error:[/] {error}", markup=True)
        sys.exit(ExitCode.UNREACHABLE)
    except (ConfigError, InputError) as error:
        err.print(f"[red]error:[/] {error}")
        sys.exit(ExitCode.USAGE)
