"""What the commands share: connection options, exit codes, and where messages go."""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

out = Console(highlight=False, soft_wrap=True)
"""Standard output: results only. Colour where it is a terminal."""

err = Console(stderr=True, highlight=False, soft_wrap=True)
"""Standard error: progress, notes and errors."""


class ExitCode(IntEnum):
    """What a command's exit status says."""

    DONE = 0
    CHECK_FAILED = 1
    USAGE = 2
    UNREACHABLE = 3


class InputError(ValueError):
    """The user's input cannot be used; the message says why and where."""


BootstrapServers = Annotated[
    str | None,
    typer.Option(
        "--bootstrap-servers",
        "-b",
        metavar="HOST:PORT,…",
        help="Brokers to connect to first "
        "[dim]\\[env var: HEDGEWIRE_BOOTSTRAP_SERVERS, default: localhost:9092][/].",
        rich_help_panel="Connection",
    ),
]
TopicPrefix = Annotated[
    str | None,
    typer.Option(
        "--topic-prefix",
        metavar="PREFIX",
        help="Put before every topic and group "
        "[dim]\\[env var: HEDGEWIRE_TOPIC_PREFIX, default: none][/].",
        rich_help_panel="Connection",
    ),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        envvar="HEDGEWIRE_CONFIG",
        help="A file of HEDGEWIRE_NAME=value lines: servers, TLS, SASL. "
        "Passwords belong there or in the environment, never in an option.",
        rich_help_panel="Connection",
    ),
]
JsonOutput = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
