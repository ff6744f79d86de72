"""``hedgewire broker``: the embedded broker, for trying out."""

from __future__ import annotations

import signal
from typing import Annotated

import typer

from streams.cli.options import InputError, err


def broker(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")
    ] = 9092,
    partitions: Annotated[int, typer.Option(min=1, help="Partitions of each topic.")] = 8,
) -> None:
    """Run an embedded broker with the pipeline's topics, on loopback, until Ctrl-C.

    It speaks Kafka's protocol and keeps everything in memory: for trying out, not for
    keeping. In another terminal: [b]hedgewire worker[/].
    """
    from streams.broker import BrokerError, EmbeddedBroker
    from streams.config import load_settings
    from streams.topics import create_topics

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with EmbeddedBroker(port) as running:
            create_topics(load_settings(running.bootstrap_servers), partitions, 1)
            err.print(f"broker on {running.bootstrap_servers}, in memory; Ctrl-C to stop")
            running.wait()
    except BrokerError as error:
        raise InputError(str(error)) from error
    except KeyboardInterrupt:
        err.print("broker stopped; what it held is gone")
