"""Reading annotated corpora: CoNLL, IOB2 and TSV files, one token a line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TYPES = ("PER", "ORG", "LOC", "MISC")
ALIASES = {"PERSON": "PER", "GPE": "LOC"}
"""Other names of these types. A geopolitical entity counts as a place."""


@dataclass(frozen=True, slots=True)
class Mention:
    """An entity of a sentence: code points, end-exclusive."""

    start: int
    end: int
    type: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, its tokens joined by single spaces, and the entities in it."""

    text: str
    mentions: tuple[Mention, ...]


def read(path: Path) -> list[Sentence]:
    """Read a file of one token a line with tab- or space-separated columns.

    The tags are in the column that has the most tags of entities, such as ``B-PER``; the tokens
    in the first column, or in the second where the first counts them. Blank lines end
    sentences; lines that start with ``# `` or ``-DOCSTART-`` are skipped. Tags of types
    other than ``TYPES`` and their ``ALIASES`` are read as ``O``. Raises ``ValueError`` with the
    file where no column has tags, and with the line where one is missing.
    """
    with path.open(encoding="utf-8") as lines:
        rows = [
            (number, line.rstrip("\n").split("\t" if "\t" in line else None))
            for number, line in enumerate(lines, 1)
            if not line.startswith(("# ", "-DOCSTART-"))
        ]
    counts = Counter(
        column
        for _, columns in rows
        for column, value in enumerate(columns)
        if column > 0 and _type(value)
    )
    if not counts:
        msg = f"{path}: no tags such as B-PER"
        raise ValueError(msg)
    tag = counts.most_common(1)[0][0]
    token = int(tag > 1 and all(columns[0].isdecimal() for _, columns in rows if any(columns)))

    sentences = []
    tokens: list[tuple[str, str]] = []
    for number, columns in [*rows, (0, [])]:
        if any(columns):
            if len(columns) <= tag:
                msg = f"{path}:{number}: no tag"
                raise ValueError(msg)
            tokens.append((columns[token], columns[tag]))
        elif tokens:
            sentences.append(_sentence(tokens))
            tokens = []
    return sentences


def _type(tag: str) -> str:
    """Return a tag's type, empty where it has none that is known."""
    prefix, _, name = tag.partition("-")
    name = ALIASES.get(name, name)
    return name if prefix in {"B", "I"} and name in TYPES else ""


def _sentence(rows: list[tuple[str, str]]) -> Sentence:
    return Sentence(" ".join(token for token, _ in rows), tuple(_mentions(rows)))


def _mentions(rows: list[tuple[str, str]]) -> Iterator[Mention]:
    start, end, kind = 0, 0, ""
    offset = 0
    for token, tag in rows:
        name = _type(tag)
        if kind and (name != kind or tag.startswith("B")):
            yield Mention(start, end, kind)
            kind = ""
        if name:
            start, kind = (start, kind) if kind else (offset, name)
            end = offset + len(token)
        offset += len(token) + 1
    if kind:
        yield Mention(start, end, kind)
