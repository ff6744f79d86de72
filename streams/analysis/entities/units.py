"""Cutting a sentence into units, the smallest stretches that can begin or end an entity.

A unit is a run of letters and digits, a number, or a run of one other character. Spaces only
separate, so *dell'Agenzia* and *dell' Agenzia* give the same units, and so do *casa,* and
*casa ,*.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_UNIT = 64
"""Longest unit, in code points; a longer run (a URL, a line of base64) is cut."""

# Combining marks and joiners continue the letter before them. The first branch takes
# typographic quotes and dashes whose UTF-8 bytes were read as Windows-1252 or Latin-1 ("â€™"),
# which would otherwise glue an "â" to the word before.
_MARKS = "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u064b-\u065f\u093c-\u094d\u200d\ufe0f\u00ad"
_MOJIBAKE = "â[€\x80][™˜œ“”¦\x93\x94\x98\x99\x9c\x9d\xa6]?"
_UNIT = re.compile(
    rf"{_MOJIBAKE}"
    rf"|\d+(?:[.,]\d+)*(?![^\W_])"
    rf"|[^\W_](?:(?!{_MOJIBAKE})[^\W_]|[{_MARKS}]){{0,{MAX_UNIT - 1}}}"
    rf"|(\S)\1{{0,{MAX_UNIT - 1}}}"
)

_REPAIRED: dict[str, str] = (
    dict.fromkeys("™˜\x99\x98", "'")
    | dict.fromkeys(["", *"œ\x9c\x9d"], '"')
    | dict.fromkeys("“”\x93\x94", "-")
    | dict.fromkeys("¦\xa6", ".")
)
"""What the last character of such a sequence says it was."""

_PLAIN: dict[int, str | None] = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"'}
    | {"»": '"', "–": "-", "—": "-", "‑": "-", "\u00ad": None, "\u200d": None, "\ufe0f": None}
)


class Unit(NamedTuple):
    """A unit and where it lies in its sentence: code points, end-exclusive."""

    start: int
    end: int
    text: str


def split(sentence: str) -> list[Unit]:
    """Return the units of a sentence, in order."""
    return [Unit(*match.span(), match.group()) for match in _UNIT.finditer(sentence)]


def spellings(sentence: str, units: Sequence[Unit]) -> list[str]:
    """Return the units' texts for the networks: capitals throughout become first capitals.

    The networks have seen few sentences all in capitals, and do far better on the others.
    """
    if sentence.isupper():
        return [unit.text.capitalize() for unit in units]
    return [unit.text for unit in units]


def normal_form(unit: str) -> str:
    """Return a unit as the model reads it: NFKC, plain quotes and hyphens, repaired mojibake.

    A run of one mark of punctuation becomes a single one. The result may be empty.
    """
    if unit[0] == "â" and unit[1:2] in {"€", "\x80"}:
        return _REPAIRED[unit[2:]]
    text = unicodedata.normalize("NFKC", unit.translate(_PLAIN)).replace(" ", "")
    return text if text[:1].isalnum() else text[:1]
