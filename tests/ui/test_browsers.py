"""Many browsers at once, slow ones, and ones that come back."""

from __future__ import annotations

import socket
from contextlib import ExitStack, contextmanager
from threading import Event
from typing import TYPE_CHECKING

import pytest

from streams.config import load_settings
from streams.ui.actions import Actions
from streams.ui.app import create_app
from streams.ui.server import LOOPBACK_NAMES, answering
from streams.ui.stage import LIMITS, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

BROWSERS = 50
PATIENCE_SECONDS = 60.0


@pytest.fixture
def stage() -> Stage:
    return Stage(window=60)


@pytest.fixture
def port(stage: Stage) -> Iterator[int]:
    stopping = Event()
    app = create_app(stage, Actions(load_settings("localhost:1")), stopping, LOOPBACK_NAMES)
    with socket.create_server(("127.0.0.1", 0)) as listener, answering(app, listener, stopping):
        yield listener.getsockname()[1]


@contextmanager
def browser(port: int, last: str = "", buffer: int | None = None) -> Iterator[BinaryIO]:
    """Ask for the stream of frames; ``buffer`` is how many bytes wait on this side."""
    with socket.socket() as connection:
        if buffer is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        connection.settimeout(PATIENCE_SECONDS)
        connection.connect(("127.0.0.1", port))
        connection.sendall(
            f"GET /api/events HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: {last}\r\n\r\n".encode()
        )
        with connection.makefile("rb") as stream:
            yield stream


def read_until(stream: BinaryIO, ending: bytes) -> list[bytes]:
    """Return the lines up to one that ends so."""
    lines = []
    for line in stream:
        lines.append(line.rstrip())
        if lines[-1].endswith(ending):
            return lines
    raise AssertionError("the stream ended before")


def data(lines: list[bytes]) -> list[bytes]:
    return [line.removeprefix(b"data: ") for line in lines if line.startswith(b'data: "')]


def ids(lines: list[bytes]) -> list[bytes]:
    return [line.removeprefix(b"id: ") for line in lines if line.startswith(b"id: ")]


def test_fifty_browsers_see_everything(stage: Stage, port: int) -> None:
    with ExitStack() as stack:
        streams = [stack.enter_context(browser(port)) for _ in range(BROWSERS)]
        for number in range(200):
            stage.frames.add("tagged", b'"%d"' % number)
        for stream in streams:
            assert data(read_until(stream, b'"199"')) == [b'"%d"' % n for n in range(200)]


def test_a_slow_browser_loses_frames_and_holds_up_nobody(stage: Stage, port: int) -> None:
    kept = LIMITS["tagged"].frames
    large = b"x" * 10_000
    with browser(port, buffer=4096) as slow, browser(port) as quick:
        read_until(slow, b"{}")
        read_until(quick, b"{}")
        for number in range(2 * kept):
            stage.frames.add("tagged", b'"%b %d"' % (large, number))
            if number % 100 == 99:
                # The quick one goes on while the slow one does not read.
                assert b"event: gap" not in read_until(quick, b' %d"' % number)
        stage.frames.add("tagged", b'"last"')
        read_until(quick, b'"last"')
        lines = read_until(slow, b'"last"')
        assert b"event: gap" in lines
        assert len(data(lines)) < 2 * kept


def test_a_browser_goes_on_where_it_was(stage: Stage, port: int) -> None:
    with browser(port) as stream:
        stage.frames.add("tagged", b'"first"')
        [last] = ids(read_until(stream, b'"first"'))[-1:]
    stage.frames.add("tagged", b'"second"')
    stage.frames.add("tagged", b'"third"')
    with browser(port, last=last.decode()) as stream:
        lines = read_until(stream, b'"third"')
    assert data(lines) == [b'"second"', b'"third"']
    assert b"event: reset" not in lines


@pytest.mark.parametrize("last", ["", "other-1", "1", "-", "0" * 30])
def test_a_browser_of_another_server_starts_over(stage: Stage, port: int, last: str) -> None:
    stage.frames.add("tagged", b'"first"')
    with browser(port, last) as stream:
        lines = read_until(stream, b'"first"')
    assert b"event: reset" in lines
