"""What the page's server refuses."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

import orjson
import pytest

from streams.config import load_settings
from streams.ui.actions import Actions
from streams.ui.app import create_app
from streams.ui.server import LOOPBACK_NAMES
from streams.ui.stage import Stage
from tests.ui.asgi import ask

if TYPE_CHECKING:
    from starlette.applications import Starlette

ACTIONS = ("/api/analyze", "/api/publish", "/api/replay")
OURS = {
    "x-hedgewire": "page",
    "content-type": "application/json",
    "origin": "http://localhost:8765",
    "sec-fetch-site": "same-origin",
}


def app(token: str | None = None) -> Starlette:
    # No broker is there: what is refused must be so before one is asked.
    settings = load_settings("localhost:1")
    stage, actions = Stage(window=60), Actions(settings)
    return create_app(stage, actions, Event(), () if token else LOOPBACK_NAMES, token)


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1", "127.0.0.1:9", "[::1]:8765"])
def test_loopback_names_are_served(host: str) -> None:
    assert ask(app(), "/", headers={"host": host}).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "localhost.evil.example", ""]
)
def test_other_names_are_refused(host: str) -> None:
    assert ask(app(), "/", headers={"host": host}).status == 421


@pytest.mark.parametrize("path", ["/", "/static/main.js", "/static/base.css", "/api/nothing"])
def test_every_answer_forbids_what_is_not_its_own(path: str) -> None:
    headers = ask(app(), path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("path", ACTIONS)
def test_nothing_acts_by_get(path: str) -> None:
    assert ask(app(), path, headers=OURS).status == 405


@pytest.mark.parametrize("path", ACTIONS)
@pytest.mark.parametrize(
    "changes",
    [
        {"x-hedgewire": None},
        {"origin": "http://evil.example"},
        {"origin": "http://localhost:9999"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_no_other_page_can_act(path: str, changes: dict[str, str | None]) -> None:
    headers = {name: value for name, value in (OURS | changes).items() if value is not None}
    assert ask(app(), path, "POST", headers, b'{"text": "A text."}').status == 403


def test_another_origin_is_not_allowed_to_send_the_header() -> None:
    headers = {
        "origin": "http://evil.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-hedgewire",
    }
    answer = ask(app(), "/api/replay", "OPTIONS", headers)
    assert answer.status == 403
    assert "access-control-allow-headers" not in answer.headers


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"[]", 422),
        (b'{"title": "No text"}', 422),
        (b'{"text": "   "}', 422),
        (b'{"text": 7}', 422),
        (b'"' + b"x" * 9_000_000 + b'"', 413),
    ],
)
def test_what_is_no_article_is_refused(body: bytes, status: int) -> None:
    answer = ask(app(), "/api/publish", "POST", OURS, body)
    assert answer.status == status
    assert orjson.loads(answer.body)["error"]


def test_a_form_cannot_publish() -> None:
    headers = OURS | {"content-type": "text/plain"}
    assert ask(app(), "/api/publish", "POST", headers, b'{"text": "A text."}').status == 415


def test_a_broker_that_is_away_is_said_to_be() -> None:
    answer = ask(app(), "/api/publish", "POST", OURS, b'{"text": "A text."}')
    assert answer.status == 503
    assert "no Kafka broker answers" in orjson.loads(answer.body)["error"]


TOKEN = "a-token-that-nobody-guesses"


@pytest.mark.parametrize("path", ["/", "/static/main.js", "/api/article?id=1", "/?token=wrong"])
def test_off_loopback_nothing_is_served_without_the_token(path: str) -> None:
    answer = ask(app(TOKEN), path, headers={"host": "desk.example"})
    assert answer.status == 401
    assert "set-cookie" not in answer.headers


def test_the_address_with_the_token_signs_in() -> None:
    served = app(TOKEN)
    first = ask(served, f"/?token={TOKEN}", headers={"host": "desk.example"})
    assert (first.status, first.headers["location"]) == (303, "/")
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    known = {"host": "desk.example", "cookie": cookie.partition(";")[0]}
    assert ask(served, "/", headers=known).status == 200
    assert ask(served, "/api/replay", "POST", known).status == 403


def test_the_token_in_an_address_does_not_act() -> None:
    headers = OURS | {"host": "desk.example", "origin": "http://desk.example"}
    assert ask(app(TOKEN), f"/api/replay?token={TOKEN}", "POST", headers).status == 401


def test_files_are_only_the_page_s_own() -> None:
    assert ask(app(), "/static/../app.py").status == 404
    assert ask(app(), "/static/%2e%2e/app.py").status == 404
