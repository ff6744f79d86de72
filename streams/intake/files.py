"""Reading articles from files: plain text, JSON (an article or IPTC ninjs), JSON lines."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from streams.article import Article, MalformedError, parse_json
from streams.intake.ninjs import from_ninjs, is_ninjs
from streams.intake.text import from_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STDIN = Path("-")
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that is not an article: where it stands and what is wrong with it."""

    path: Path
    line: int | None
    reason: str

    def __str__(self) -> str:
        place = str(self.path) if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.reason}"


def read_articles(paths: Iterable[Path]) -> Iterator[Article | BadRecord]:
    """Yield what the files hold, in order, a bad record in the place of its article.

    A file's form goes by its ending: ``.txt``, ``.json`` or ``.jsonl`` (``.ndjson``). Standard
    input (``-``) is JSON lines where it starts with a brace, else one text. JSON lines are read
    one at a time, however large the file.
    """
    for path in paths:
        try:
            yield from _read(path)
        except OSError as error:
            yield BadRecord(path, None, error.strerror or str(error))


def _read(path: Path) -> Iterator[Article | BadRecord]:
    suffix = path.suffix.lower()
    if path == STDIN:
        data = sys.stdin.buffer.read()
        if not data.lstrip(BOM + b" \t\r\n").startswith(b"{"):
            yield _text(path, data)
            return
        try:
            orjson.loads(data.removeprefix(BOM))
        except orjson.JSONDecodeError:
            yield from _lines(path, data.splitlines())
        else:
            yield _json(path, None, data)
    elif suffix in {".jsonl", ".ndjson"}:
        with path.open("rb") as lines:
            yield from _lines(path, lines)
    elif suffix == ".json":
        yield _json(path, None, path.read_bytes())
    elif suffix == ".txt":
        yield _text(path, path.read_bytes())
    elif path.is_dir():
        yield BadRecord(path, None, "is a folder; name the files in it")
    else:
        yield BadRecord(path, None, "has an unknown ending; .txt, .json and .jsonl are read")


def _lines(path: Path, lines: Iterable[bytes]) -> Iterator[Article | BadRecord]:
    for number, line in enumerate(lines, start=1):
        stripped = line.strip()
        if stripped:
            yield _json(path, number, stripped)


def _json(path: Path, line: int | None, data: bytes) -> Article | BadRecord:
    data = data.removeprefix(BOM)
    try:
        value = parse_json(data)
        if is_ninjs(value):
            data = orjson.dumps(from_ninjs(value))
        return Article.parse(data)
    except MalformedError as error:
        return BadRecord(path, line, str(error))


def _text(path: Path, data: bytes) -> Article | BadRecord:
    try:
        text = data.decode("utf-8-sig")
        return Article.parse(orjson.dumps(from_text(text, None if path == STDIN else path.stem)))
    except UnicodeDecodeError as error:
        return BadRecord(path, None, f"not UTF-8 at byte {error.start}: {error.reason}")
    except MalformedError as error:
        return BadRecord(path, None, str(error))
