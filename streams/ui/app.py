"""The page's server: its files, the stream of frames, and the actions."""

from __future__ import annotations

import asyncio
import re
from importlib.resources import files
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from streams.article import Article, MalformedError
from streams.client import DeliveryError
from streams.connection import BrokerUnreachableError
from streams.replay import ReplayError
from streams.topics import MissingTopicsError
from streams.ui.actions import Actions, TooLongError, new_id
from streams.ui.security import Guard

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection
    from threading import Event

    from starlette.requests import Request

    from streams.ui.frames import Frame
    from streams.ui.stage import Stage

PACE_SECONDS = 0.1
"""Between two looks for new frames: what comes in a burst goes out in one piece."""

FRAMES_AT_ONCE = 50
HEARTBEAT_SECONDS = 15.0
RETRY_MS = 1_000
BODY_BYTES = 8 * 1024 * 1024


def create_app(
    stage: Stage,
    actions: Actions,
    stopping: Event,
    hosts: Collection[str] = (),
    token: str | None = None,
) -> Starlette:
    """Return the application; ``stopping`` ends the streams, and so lets the server end."""
    static = str(files("streams.ui") / "static")
    epoch = token_hex(4)

    async def index(_: Request) -> Response:
        return FileResponse(f"{static}/index.html")

    async def events(request: Request) -> Response:
        return StreamingResponse(
            _stream(stage, stopping, epoch, _position(request, epoch)),
            media_type="text/event-stream",
        )

    async def article(request: Request) -> Response:
        found = stage.shelf.get(request.query_params.get("id", ""))
        if found is None:
            raise HTTPException(404, "the page no longer holds this article")
        return Response(found, media_type="application/json")

    async def analyze(request: Request) -> Response:
        written = await _article(request)
        return _json(await run_in_threadpool(actions.analyze, written))

    async def publish(request: Request) -> Response:
        written = await _article(request)
        await run_in_threadpool(actions.publish, written)
        return _json({"id": written.id})

    async def count_outstanding(_: Request) -> Response:
        return _json({"outstanding": await run_in_threadpool(actions.count_outstanding)})

    async def replay(_: Request) -> Response:
        return _json({"replayed": await run_in_threadpool(actions.replay)})

    return Starlette(
        routes=[
            Route("/", index),
            Route("/api/events", events),
            Route("/api/article", article),
            Route("/api/analyze", analyze, methods=["POST"]),
            Route("/api/publish", publish, methods=["POST"]),
            Route("/api/rejected", count_outstanding),
            Route("/api/replay", replay, methods=["POST"]),
            Mount("/static", StaticFiles(directory=static)),
        ],
        middleware=[Middleware(Guard, hosts=hosts, token=token)],
        exception_handlers={
            HTTPException: _http_failure,
            MalformedError: _failure(422),
            TooLongError: _failure(422),
            DeliveryError: _failure(502),
            ReplayError: _failure(502),
            BrokerUnreachableError: _failure(503),
            MissingTopicsError: _failure(503),
        },
    )


async def _stream(
    stage: Stage, stopping: Event, epoch: str, position: int | None
) -> AsyncIterator[bytes]:
    """Yield frames as server-sent events from a position on; ``None`` starts over.

    Nothing is held for a browser while it does not read: the server waits with the next piece,
    and then looks in the log what is next.
    """
    yield b"retry: %d\n\n" % RETRY_MS
    fresh = position is None
    if fresh:
        yield b"event: reset\ndata: {}\n\n"
    number = position or 0
    silent = 0.0
    while not stopping.is_set():
        batch = stage.frames.after(number, FRAMES_AT_ONCE)
        if batch.frames:
            if batch.lost and not fresh:
                yield b"event: gap\ndata: {}\n\n"
            number, silent = batch.frames[-1].number, 0.0
            yield b"".join(_encoded(frame, epoch) for frame in batch.frames)
            if len(batch.frames) == FRAMES_AT_ONCE:
                continue
        fresh = False
        await asyncio.sleep(PACE_SECONDS)
        silent += PACE_SECONDS
        if silent >= HEARTBEAT_SECONDS:
            silent = 0.0
            yield b": still here\n\n"


def _encoded(frame: Frame, epoch: str) -> bytes:
    head = f"id: {epoch}-{frame.number}\nevent: {frame.kind}\ndata: "
    return head.encode() + frame.data + b"\n\n"


def _position(request: Request, epoch: str) -> int | None:
    """Return after which frame to go on; ``None`` where the browser has none of this server's."""
    last = request.headers.get("last-event-id") or request.query_params.get("after", "")
    told = re.fullmatch(rf"{epoch}-([0-9]{{1,18}})", last)
    return int(told[1]) if told else None


async def _article(request: Request) -> Article:
    """Read an article that was written on the page.

    Raises:
        MalformedError: It is none.
        HTTPException: It is not JSON by its type, or too long.
    """
    if request.headers.get("content-type") != "application/json":
        raise HTTPException(415, "an article is application/json")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            raise HTTPException(413, f"at most {BODY_BYTES} bytes")
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedError("not-json", str(error)) from None
    if not isinstance(fields, dict):
        raise MalformedError("invalid-article", "an article is an object")
    return Article.parse(orjson.dumps(fields | {"id": new_id()}))


def _json(content: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")


async def _http_failure(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as registered
    return _json({"error": error.detail}, error.status_code)


def _failure(status: int) -> Any:
    async def answer(_: Request, error: Exception) -> Response:
        return _json({"error": str(error)}, status)

    return answer
