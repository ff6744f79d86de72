"""Files as users have them."""

from __future__ import annotations

from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from streams.article import Article
from streams.intake import BadRecord, read_articles

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> list[dict[str, Any] | str]:
    return [
        orjson.loads(item.raw) if isinstance(item, Article) else item.reason
        for item in read_articles([path])
    ]


def write(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.mark.parametrize(
    ("text", "date", "rest"),
    [
        (" date 2023-04 Dopo giorni.", "2023-04", "Dopo giorni."),
        ("date 2023-04-12\n\nDopo giorni.", "2023-04-12", "Dopo giorni."),
        ("\ufeffDate 2023-04 Dopo giorni.", "2023-04", "Dopo giorni."),
        ("La date 2023-04 è ignota.", None, "La date 2023-04 è ignota."),
        ("date 2023 Dopo.", None, "date 2023 Dopo."),
    ],
)
def test_a_text_may_begin_with_its_date(
    tmp_path: Path, text: str, date: str | None, rest: str
) -> None:
    [article] = read(write(tmp_path / "storia.txt", text))
    assert isinstance(article, dict)
    assert article["id"] == "storia"
    assert article.get("published_at") == date
    assert article["text"] == rest


def test_a_bad_line_is_named_and_the_rest_go_on(tmp_path: Path) -> None:
    path = write(
        tmp_path / "wire.jsonl",
        b'{"id": "1", "text": "Uno."}\n\n{"id": "2"}\nnot json\n{"id": "3", "text": "Tre."}\n',
    )
    items = list(read_articles([path]))
    assert [item.id for item in items if isinstance(item, Article)] == ["1", "3"]
    bad = [str(item) for item in items if isinstance(item, BadRecord)]
    assert [message.split(": ")[0] for message in bad] == [f"{path}:3", f"{path}:4"]
    assert '"text" is a required property' in bad[0]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"perch\xe9", "not UTF-8 at byte 5"),
        ("a.txt", b" ", "text"),
        ("a.pdf", b"%PDF", "unknown ending"),
        ("a.json", b"{", "line 1"),
        ("a.json", b"[]", "object"),
    ],
)
def test_a_bad_file_says_why(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    [message] = read(write(tmp_path / name, data))
    assert isinstance(message, str)
    assert reason in message


def test_a_missing_file_and_a_folder_are_reported(tmp_path: Path) -> None:
    assert read(tmp_path / "none.txt") == ["No such file or directory"]
    assert read(tmp_path) == ["is a folder; name the files in it"]


def test_ninjs_becomes_an_article(tmp_path: Path) -> None:
    item = {
        "uri": "urn:example:1",
        "versionCreated": "2026-01-02T03:04:05Z",
        "language": "it",
        "by": "A. Rossi",
        "infoSources": [{"name": "Agenzia"}],
        "headlines": [{"role": "short", "value": "Breve"}, {"role": "main", "value": "Titolo"}],
        "bodies": [
            {"contentType": "text/html", "value": "<p>Primo &amp; ultimo.</p><script>x</script>"}
        ],
        "subjects": [{"name": "economia"}],
    }
    [article] = read(write(tmp_path / "item.json", orjson.dumps(item)))
    assert isinstance(article, dict)
    assert article["id"] == "urn:example:1"
    assert article["title"] == "Titolo"
    assert article["text"] == "Primo & ultimo."
    assert article["published_at"] == "2026-01-02T03:04:05Z"
    assert article["authors"] == ["A. Rossi"]
    assert article["source"] == "Agenzia"
    assert article["subjects"] == [{"name": "economia"}]


def test_ninjs_prefers_the_plain_body(tmp_path: Path) -> None:
    item = {
        "uri": "urn:example:2",
        "bodies": [
            {"contentType": "text/html", "value": "<p>ricco</p>"},
            {"contentType": "text/plain", "value": "piano: 1 < 2"},
        ],
    }
    [article] = read(write(tmp_path / "item.json", orjson.dumps(item)))
    assert isinstance(article, dict)
    assert article["text"] == "piano: 1 < 2"


@pytest.mark.parametrize(
    "item", [{"uri": "u"}, {"uri": 5, "bodies": 3}, {"uri": "u", "bodies": []}]
)
def test_ninjs_without_a_body_is_a_bad_record(tmp_path: Path, item: dict[str, object]) -> None:
    [message] = read(write(tmp_path / "item.json", orjson.dumps(item)))
    assert isinstance(message, str)


@pytest.mark.parametrize(
    ("data", "ids"),
    [
        (b'{"id": "1", "text": "Uno."}\n{"id": "2", "text": "Due."}\n', ["1", "2"]),
        (b'\n{\n "id": "1",\n "text": "Uno."\n}\n', ["1"]),
    ],
)
def test_standard_input_may_be_json(
    monkeypatch: pytest.MonkeyPatch, data: bytes, ids: list[str]
) -> None:
    from pathlib import Path

    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(data)))
    items = list(read_articles([Path("-")]))
    assert [item.id for item in items if isinstance(item, Article)] == ids


def test_a_text_on_standard_input_gets_an_id_of_its_content(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from pathlib import Path

    def piped(data: bytes) -> str:
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(data)))
        [item] = read_articles([Path("-")])
        assert isinstance(item, Article)
        return item.id

    assert piped(b"Uno.") == piped(b"Uno.")
    assert piped(b"Uno.") != piped(b"Due.")
