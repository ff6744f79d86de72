"""Annotated sentences, with their text or pointing at it in a corpus of somebody else's.

A record that has no ``text`` says where it stands, so that annotations of texts that are not
the project's to pass on can be shared (stand-off annotation, Ide & Romary 2004):

- ``file``, relative to the folder of the corpora;
- ``sentence``, an id of a treebank in CoNLL-U or a file in its manner (``# sent_id``,
  ``# text``), or else ``line``, counted from 0, ``start`` and ``end`` in the ``text`` of a line
  of JSON, in code points;
- ``digest``, the first 12 hexadecimal digits of the SHA-256 of the text in UTF-8.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DIGEST = 12  # hexadecimal digits


class GoldError(ValueError):
    """A record whose text cannot be found; the message names it and says why."""


def read(path: Path, corpora: Path | None = None) -> Iterator[dict[str, Any]]:
    """Yield the records of a file of JSON lines, each with its ``text``.

    ``corpora`` is the folder of the corpora. Raises `GoldError` where a record points to a
    text that is not there, or not the one that was annotated.
    """
    for line in path.read_bytes().splitlines():
        record = orjson.loads(line)
        if "text" not in record:
            record["text"] = _find(record, corpora)
        yield record


def digest(text: str) -> str:
    """Return what a record without its text knows the text by."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]


def _find(record: dict[str, Any], corpora: Path | None) -> str:
    if corpora is None:
        raise GoldError(f"{record['id']}: its text is in {record['file']}, of no known folder")
    path = corpora / record["file"]
    try:
        if "sentence" in record:
            text = _sentences(path)[record["sentence"]]
        else:
            article: str = orjson.loads(_lines(path)[record["line"]])["text"]
            text = article[record["start"] : record["end"]]
    except (OSError, LookupError) as error:
        raise GoldError(f"{record['id']}: not in {path}: {error}") from error
    if digest(text) != record["digest"]:
        raise GoldError(f"{record['id']}: {path} has another text")
    return text


@cache
def _sentences(path: Path) -> dict[str, str]:
    """Return the text of each sentence of a treebank by its id."""
    found: dict[str, str] = {}
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        comments = dict(
            line.removeprefix("# ").split(" = ", 1)
            for line in block.split("\n")
            if line.startswith("# ") and " = " in line
        )
        if {"sent_id", "text"} <= comments.keys():
            found[comments["sent_id"]] = comments["text"]
    return found


@cache
def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()
