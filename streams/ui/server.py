"""Running the page's server in the background of a command."""

from __future__ import annotations

import socket
import time
from contextlib import contextmanager
from ipaddress import ip_address
from secrets import token_urlsafe
from threading import Event, Thread
from typing import TYPE_CHECKING

import uvicorn

from streams import topics
from streams.client import TOPIC_OF
from streams.ui.actions import Actions
from streams.ui.app import create_app
from streams.ui.sources import STREAMS, feeding
from streams.ui.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.applications import Starlette

    from streams.config import Settings

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
WINDOW_SECONDS = 3600.0
STOP_SECONDS = 2
"""How long a browser that does not read may hold up the end."""


class AddressError(ValueError):
    """The page cannot be served at this address; the message says why."""


@contextmanager
def serving(
    settings: Settings, host: str = "127.0.0.1", port: int = 0, window: float = WINDOW_SECONDS
) -> Iterator[str]:
    """Serve the page while the context lasts, and give its address.

    Port 0 takes a free one. Off loopback the address has a new token in it, without which
    nothing is served. ``window`` is how long entities are counted, in seconds.

    Raises:
        AddressError: The port is taken, or the host is not ours.
        MissingTopicsError: The cluster has no such topics.
        BrokerUnreachableError: No broker answered in time.
    """
    topics.require(settings, *(TOPIC_OF[stream] for stream in STREAMS))
    local = _is_loopback(host)
    token = None if local else token_urlsafe()
    stopping = Event()
    stage = Stage(window)
    app = create_app(stage, Actions(settings), stopping, LOOPBACK_NAMES if local else (), token)
    with (
        _listening(host, port) as listener,
        feeding(stage, settings),
        answering(app, listener, stopping),
    ):
        yield _address(listener, token)


@contextmanager
def answering(app: Starlette, listener: socket.socket, stopping: Event) -> Iterator[None]:
    """Answer what comes to a socket, in a thread of its own, while the context lasts."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
    )
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield
    finally:
        stopping.set()
        server.should_exit = True
        thread.join()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise AddressError(f"cannot serve on {host} port {port}: {error.strerror}") from error


def _address(listener: socket.socket, token: str | None) -> str:
    host, port = listener.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/" + (f"?token={token}" if token else "")
