"""Who may ask the page's server for what.

A page on loopback is within reach of every other page in the same browser, hence: a name in
``Host`` that is not ours is refused (DNS rebinding); what acts takes a header that other origins
cannot send without being asked first, which is always denied (CSRF); what comes back runs no
script and no style but our own files. Off loopback, everything takes a token.
"""

from __future__ import annotations

from http.cookies import SimpleCookie
from secrets import compare_digest
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "hedgewire_token"
ACTION_HEADER = "x-hedgewire"
READING = {"GET", "HEAD"}

RESPONSE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


class Guard:
    """Middleware that lets through what is allowed, and gives every answer its headers.

    Args:
        app: What is guarded.
        hosts: The names that ``Host`` may have, without port; empty allows any, which is safe
            only with a token.
        token: What a browser must know, ``None`` for nothing.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str], token: str | None) -> None:
        self._app = app
        self._hosts = hosts
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(RESPONSE_HEADERS)
            await send(message)

        answer = self._refusal(scope) or self._app
        await answer(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._hosts and urlsplit(f"//{host}").hostname not in self._hosts:
            return PlainTextResponse("this host is not served here\n", 421)
        if self._token is not None and not self._knows_token(headers):
            return self._sign_in(scope)
        if scope["method"] not in READING and not _is_ours(headers, host):
            return PlainTextResponse("actions are for this page only\n", 403)
        return None

    def _knows_token(self, headers: Headers) -> bool:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        return cookie is not None and self._is_token(cookie.value)

    def _is_token(self, given: str) -> bool:
        return compare_digest(given.encode(), (self._token or "").encode())

    def _sign_in(self, scope: Scope) -> Response:
        """Take the token from the address once; from then on a cookie has it."""
        [given, *_] = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])
        if scope["method"] not in READING or not self._is_token(given):
            return PlainTextResponse("open the address that hedgewire ui has printed\n", 401)
        response = RedirectResponse("/", 303)
        response.set_cookie(COOKIE, given, httponly=True, samesite="strict")
        return response


def _is_ours(headers: Headers, host: str) -> bool:
    origin = headers.get("origin")
    return (
        ACTION_HEADER in headers
        and (origin is None or urlsplit(origin).netloc == host)
        and headers.get("sec-fetch-site", "same-origin") == "same-origin"
    )
