"""Sentence segmentation with true offsets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sentencex import get_sentence_boundaries

from streams.analysis.types import Field, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = re.compile(r"[^\r\n\u2028\u2029]+")
_BLANK_LINE = re.compile(r"(?:\r\n?|\n)[^\S\r\n]*(?:\r\n?|\n)|\u2029")
# An initial or an era (A. Grasso, H.R.F. Keating, 44 a. C.), which the splitter takes for an end.
_ABBREVIATED = re.compile(r"(?:(?:^|[\s.(«“\"'’])[A-ZÀ-Þ]|\b[ad])\.\s*$")
_WRAPPED = re.compile(r"\S[^\S\r\n]*(?:\r\n?|\n)[^\S\r\n]*([^\W\d_])")


WINDOW = 4_000
MAX_SENTENCE = 8_000


def split_sentences(field: Field, text: str, language: str) -> tuple[Span, ...]:
    """Split a field into sentences, in reading order and without surrounding white space.

    A line break ends a sentence, as headings and paragraphs have no full stop, unless the
    text is hard-wrapped, where only a blank line does. ``language`` is a primary subtag; the
    splitter (sentencex) falls back to a related language for those that it does not know.
    """
    return tuple(
        Span(field, start, end, text[start:end])
        for begin, stop in _blocks(text)
        for start, end in _sentences(text, begin, stop, language)
    )


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    if not _is_hard_wrapped(text):
        for line in _LINE.finditer(text):
            yield line.span()
        return
    begin = 0
    for blank in _BLANK_LINE.finditer(text):
        yield begin, blank.start()
        begin = blank.end()
    yield begin, len(text)


def _is_hard_wrapped(text: str) -> bool:
    """Whether lines go on in the next one: most of those after a line start in lower case."""
    starts = [match[1] for match in _WRAPPED.finditer(text)]
    return 2 * sum(map(str.islower, starts)) > len(starts)


def _sentences(text: str, begin: int, stop: int, language: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences of one block, a window at a time.

    The splitter's time grows with the square of its input, so it sees a window, and the
    last sentence of a window starts the next one. A stretch without any sentence end in
    ``MAX_SENTENCE`` code points is cut at white space.
    """
    size = WINDOW
    while begin < stop:
        end = min(begin + size, stop)
        ends = [begin + length for length in _boundaries(text[begin:end], language)]
        if end < stop:
            if len(ends) == 1 and size < MAX_SENTENCE:
                size *= 2
                continue
            ends = ends[:-1] or [_last_space(text, begin, end)]
        for sentence_end in ends:
            yield from _stripped(text, begin, sentence_end)
            begin = sentence_end
        size = WINDOW


def _boundaries(window: str, language: str) -> list[int]:
    """Return where the sentences of a window end, in code points from its start."""
    found = [boundary["end_index"] for boundary in get_sentence_boundaries(language, window)]
    return [
        end for end in found if end == len(window) or not _ABBREVIATED.search(window, end - 8, end)
    ]


def _last_space(text: str, begin: int, end: int) -> int:
    for position in range(end - 1, begin, -1):
        if text[position].isspace():
            return position
    return end


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    sentence = text[start:end]
    stripped = sentence.strip()
    if stripped:
        start += len(sentence) - len(sentence.lstrip())
        yield start, start + len(stripped)
