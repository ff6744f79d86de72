"""A user's file of known names, which win over the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast, get_args

from streams.analysis.entities.units import normal_form, split
from streams.analysis.types import EntityType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


class Entry(NamedTuple):
    """A known entity."""

    id: str
    type: EntityType
    name: str


class Match(NamedTuple):
    """An entry found over the units ``start`` to ``end`` of a sentence, end-exclusive."""

    start: int
    end: int
    entry: Entry


class Gazetteer:
    """Finds the names of a file in sentences.

    The file is UTF-8, one entity a line, columns separated by tabs: ``id`` (Wikidata's, say),
    ``type`` (PER, ORG, LOC or MISC), ``name``, and any number of other names for it. Empty
    lines and lines that start with ``#`` are skipped. Names match whole words, with case.
    Raises ``ValueError`` with file and line where a line is not of this form.
    """

    def __init__(self, path: Path) -> None:
        self._entries: dict[tuple[str, ...], Entry] = {}
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip() or line.startswith("#"):
                    continue
                columns = [column.strip() for column in line.split("\t")]
                if len(columns) < 3 or not all(columns) or columns[1] not in get_args(EntityType):
                    msg = f"{path}:{number}: not id, type and names, separated by tabs"
                    raise ValueError(msg)
                identifier, kind, *names = columns
                entry = Entry(identifier, cast("EntityType", kind), names[0])
                for name in names:
                    words = tuple(normal_form(unit.text) for unit in split(name))
                    self._entries.setdefault(words, entry)
        self._lengths: dict[str, list[int]] = {}
        for words in sorted(self._entries, key=len, reverse=True):
            lengths = self._lengths.setdefault(words[0], [])
            if len(words) not in lengths:
                lengths.append(len(words))

    def find(self, units: Sequence[str]) -> Iterator[Match]:
        """Yield the matches in a sentence's units, from the left, the longest at each place."""
        words = [normal_form(unit) for unit in units]
        start = 0
        while start < len(words):
            match = self._match(words, start)
            if match is not None:
                yield match
            start = match.end if match else start + 1

    def _match(self, words: list[str], start: int) -> Match | None:
        for length in self._lengths.get(words[start], ()):
            entry = self._entries.get(tuple(words[start : start + length]))
            if entry is not None:
                return Match(start, start + length, entry)
        return None
