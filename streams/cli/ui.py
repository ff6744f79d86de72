"""``hedgewire ui``: a page to watch the stream."""

from __future__ import annotations

import signal
from contextlib import suppress
from typing import Annotated

import typer

from streams.cli.options import BootstrapServers, ConfigFile, InputError, TopicPrefix, err, out
from streams.config import load_settings


def ui(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8765,
    host: Annotated[
        str,
        typer.Option(help="The address to serve on; off loopback it takes a token."),
    ] = "127.0.0.1",
    window: Annotated[
        float,
        typer.Option(metavar="MINUTES", min=1, help="How long entities are counted."),
    ] = 60.0,
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
    config: ConfigFile = None,
) -> None:
    """Serve a page to watch the stream in a browser, until Ctrl-C.

    Shows articles as they are tagged, who is hedged about, the newest claims and how the
    processors are doing. It reads without a group and disturbs nobody.
    """
    from streams.ui import AddressError, serving

    settings = load_settings(bootstrap_servers, topic_prefix, config)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt), serving(settings, host, port, window * 60) as address:
            out.print(address, markup=False)
            err.print("Ctrl-C to stop", style="dim")
            signal.pause()
    except AddressError as error:
        raise InputError(str(error)) from error
