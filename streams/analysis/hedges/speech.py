"""Direct speech: which stretches of a field are somebody's own words.

Quotation marks of every style are paired within a paragraph by their shape and by what stands
on either side of them. A mark that never closes quotes to the end of its paragraph, or of its
first sentence where more is quoted later in the paragraph or the rest of it is long; one that
never opened, from the end of the quotation before it or from the start of the paragraph.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.analysis.hedges.patterns import LocalPattern
    from streams.analysis.hedges.tokens import Tokens

_CLOSERS = {"«": "»", "»": "«", "“": "”", "„": "“", '"': '"', "‘": "’", "'": "'", "‹": "›"}
_BEFORE = "([{-–—'’/:«“"  # what can stand right before a mark that opens
_BEYOND = 1 << 62  # larger than any offset
_LONGEST_UNCLOSED = 400  # code points; more is a whole article in one paragraph
_SENTENCE_END = re.compile(r"[.!?…](?=\s)")
_MARK = re.compile(
    # A set of characters comes first in each branch, so that the text is scanned fast.
    r"""[«»“”„"‹›\n]
    | ['‘] (?<![^\W_]['‘]) (?=[^\W\d_])       # a single mark that can open: not inside a word
    | ['’] (?<=[\w.,;:!?…)]['’]) (?![^\W_])  # one that can close
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Speech:
    """The quoted stretches of a field, in order, as offsets without their marks."""

    spans: tuple[tuple[int, int], ...]

    def holds(self, offset: int) -> bool:
        """Tell whether the code point at ``offset`` is quoted."""
        at = bisect_right(self.spans, (offset, _BEYOND)) - 1
        return at >= 0 and self.spans[at][0] <= offset < self.spans[at][1]


def find_speech(text: str) -> Speech:
    """Return the quoted stretches of ``text``."""
    spans: list[tuple[int, int]] = []
    opened: int | None = None  # where the open quotation starts
    opener, closer = "", ""
    floor = 0  # where an unopened quotation would start
    for match in _MARK.finditer(text):
        mark, at = match[0], match.start()
        if mark == "\n":
            if opened is not None and closer not in "’'":
                spans.append((opened, _end_of_unclosed(text, opened, at)))
            opened, floor = None, at + 1
        elif opened is None:
            if _opens(text, at):
                opened, opener, closer = at + 1, mark, _CLOSERS[mark]
            elif mark in '»”"›':
                spans.append((floor, at))
                floor = at + 1
        elif mark == opener and _opens(text, at) and not _blank_follows(text, at):
            # A mark that can only open tells that the quotation before it was never closed.
            spans.append((opened, _end_of_sentence(text, opened, at)))
            opened = floor = at + 1
        elif mark == closer:
            spans.append((opened, at))
            opened, floor = None, at + 1
    if opened is not None and closer not in "’'":
        spans.append((opened, _end_of_unclosed(text, opened, len(text))))
    return Speech(tuple(spans))


def _end_of_unclosed(text: str, start: int, end: int) -> int:
    return end if end - start <= _LONGEST_UNCLOSED else _end_of_sentence(text, start, end)


def _end_of_sentence(text: str, start: int, end: int) -> int:
    found = _SENTENCE_END.search(text, start, end)
    return found.end() if found else end


def without_insets(speech: Speech, tokens: Tokens, insets: Sequence[LocalPattern]) -> Speech:
    """Take out of the quotations the writer's insets: *«Partiamo – ha detto Rossi – domani»*.

    An inset starts at a mark from which one of the patterns ``insets`` fits, and ends with the
    next mark of the same kind or with the quotation.
    """
    words, starts = tokens.words, tokens.starts
    spans: list[tuple[int, int]] = []
    for start, end in speech.spans:
        first, last = bisect_left(starts, start), bisect_left(starts, end)
        floor, at = start, first
        while at < last:
            if "word" not in words[at].classes and any(
                inset.fits_at(words, at, first, last) for inset in insets
            ):
                key = words[at].key
                spans.append((floor, starts[at]))
                at = next((i for i in range(at + 1, last) if words[i].key == key), last)
                floor = tokens.ends[at] if at < last else end
            at += 1
        spans.append((floor, end))
    return Speech(tuple(spans))


def _opens(text: str, at: int) -> bool:
    """Tell whether the mark at ``at`` can open a quotation, by what stands beside it."""
    mark = text[at]
    if mark in "«“„‘‹":
        return True
    before = text[at - 1] if at else " "
    if mark == '"' and _blank_follows(text, at):
        return before.isspace()  # " blanks on both sides "
    return mark != "’" and not _blank_follows(text, at) and (before.isspace() or before in _BEFORE)


def _blank_follows(text: str, at: int) -> bool:
    return at + 1 == len(text) or text[at + 1].isspace()
