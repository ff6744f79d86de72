"""Token patterns: the small language in which a grammar file describes cues and contexts.

A pattern is a sequence of elements separated by blanks:

=============  =====================================================================
``word``       that word, whatever its case; with a capital in it, exactly as written
``@class``     any word of that class
``a|@b``       either of them
``_``          any one token
``!x``         the next token is not ``x``; at the start of a pattern, the previous one
``^`` ``$``    the sentence starts here (only first), ends here (only last)
``(a b|c d)``  either sequence
``%name``      the macro of that name
``x?`` ``x*``  optional; up to eight times
``x+``         one to eight times
``x{1,3}``     that many times
``[`` ``]``    where the cue starts and ends; without them it is the whole match
``<source>``   where the phrase that names the source starts
=============  =====================================================================

A `Pattern` is tried only at the words that can be its *anchor*, the rarest of the elements
that have to be there, and matched from it in both directions. Every repetition is bounded, so
that a text is searched in linear time whatever it holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

_MANY = 8  # the bound of ``*`` and ``+``

_LEXEME = re.compile(r"\s*(\{\d+,\d+\}|<source>|[()\[\]?*+!^$|]|%[a-z-]+|[^\s()\[\]?*+!^$|{}]+)")

Marks: TypeAlias = tuple[tuple[str, int], ...]
Ends: TypeAlias = tuple[int, Marks]
_Keys: TypeAlias = tuple[frozenset[str], frozenset[str]]


class Token(Protocol):
    """What a pattern looks at in a token."""

    @property
    def raw(self) -> str:
        """The token as written."""

    @property
    def key(self) -> str:
        """The token as the lexicon has it: lower case, plain apostrophe, composed accents."""

    @property
    def classes(self) -> frozenset[str]:
        """The word classes that it belongs to."""


class PatternError(ValueError):
    """A pattern that cannot be read; the message quotes it."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern fits, in token indices, end-exclusive.

    ``cue_start`` and ``cue_end`` delimit the cue; ``source`` is where the source's phrase
    starts, if the pattern says so.
    """

    start: int
    end: int
    cue_start: int
    cue_end: int
    source: int | None


@dataclass(frozen=True, slots=True)
class _Word:
    words: frozenset[str]
    exact: frozenset[str]
    classes: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Any:
    pass


@dataclass(frozen=True, slots=True)
class _Not:
    item: _Word
    behind: bool


@dataclass(frozen=True, slots=True)
class _Edge:
    pass


@dataclass(frozen=True, slots=True)
class _Mark:
    name: str


@dataclass(frozen=True, slots=True)
class _Seq:
    items: tuple[_Node, ...]


@dataclass(frozen=True, slots=True)
class _Either:
    items: tuple[_Node, ...]


@dataclass(frozen=True, slots=True)
class _Repeat:
    item: _Node
    least: int
    most: int


_Node: TypeAlias = _Word | _Any | _Not | _Edge | _Mark | _Seq | _Either | _Repeat
_Run: TypeAlias = Callable[[Sequence[Token], int, int, Marks], Ends | None]


class Pattern:
    """A compiled pattern.

    ``rarity`` tells how rare a word is, and the commonest word of a class (with its @), the
    higher the rarer. The anchor is the element whose commonest word is rarest; ``anchor_words`` and
    ``anchor_classes`` are the words and word classes at which the pattern is to be tried.
    Raises `PatternError` where ``source`` cannot be read or has no anchor.
    """

    __slots__ = ("_after", "_before", "anchor_classes", "anchor_words", "source")

    def __init__(
        self, source: str, macros: Mapping[str, str], rarity: Callable[[str], int]
    ) -> None:
        self.source = source
        items = _Parser(source, macros).parse()
        anchors = {
            at: keys
            for at, item in enumerate(items)
            if _consumes(item) and (keys := _anchors(item)) is not None
        }
        if not anchors:
            raise PatternError(f"no element of {source!r} has to be there")
        at = max(anchors, key=lambda i: _commonest(*anchors[i], rarity))
        self.anchor_words, self.anchor_classes = anchors[at]
        self._after = _compile(_Seq(items[at:]), 1, _accept)
        before = _Seq(items[:at])
        self._before = _compile(before, -1, _accept) if before.items else None

    def match(self, tokens: Sequence[Token], at: int, first: int, last: int) -> Match | None:
        """Match with the anchor at index ``at``, inside the sentence ``tokens[first:last]``."""
        start = at
        marks: Marks = ()
        if self._before is not None:
            before = self._before(tokens, at - 1, first - 1, ())
            if before is None:
                return None
            start, marks = before[0] + 1, before[1]
        after = self._after(tokens, at, last, marks)
        if after is None:
            return None
        end, marks = after
        found = dict(marks)
        return Match(start, end, found.get("[", start), found.get("]", end), found.get("<source>"))


class LocalPattern:
    """A compiled pattern that is tried at a given place instead of at its anchors.

    What stands before ``[`` is matched leftwards from the place, the rest rightwards; without
    a bracket all of it is matched rightwards. Raises `PatternError` where ``source`` cannot be
    read.
    """

    __slots__ = ("_after", "_before", "_whole")

    def __init__(self, source: str, macros: Mapping[str, str]) -> None:
        items = _Parser(source, macros).parse()
        at = items.index(_Mark("[")) if _Mark("[") in items else 0
        self._before = _compile(_Seq(items[:at]), -1, _accept)
        self._after = _compile(_Seq(items[at:]), 1, _accept)
        self._whole = _compile(_Seq(items), -1, _accept)

    def fits_at(self, tokens: Sequence[Token], at: int, first: int, last: int) -> bool:
        """Tell whether the pattern fits around token ``at`` of ``tokens[first:last]``."""
        return (
            self._after(tokens, at, last, ()) is not None
            and self._before(tokens, at - 1, first - 1, ()) is not None
        )

    def ends_at(self, tokens: Sequence[Token], at: int, first: int) -> bool:
        """Tell whether the pattern fits up to token ``at``, exclusive, from ``first`` on."""
        return self._whole(tokens, at - 1, first - 1, ()) is not None


class _Parser:
    def __init__(self, source: str, macros: Mapping[str, str]) -> None:
        self._source = source
        self._macros = macros
        self._lexemes = self._read()
        self._at = 0

    def _read(self) -> list[str]:
        lexemes: list[str] = []
        at = 0
        text = self._source.strip()
        while at < len(text):
            found = _LEXEME.match(text, at)
            if found is None:
                raise PatternError(f"cannot read {text[at:]!r} in {self._source!r}")
            lexemes.append(found[1])
            at = found.end()
        return lexemes

    def parse(self) -> tuple[_Node, ...]:
        items = self._sequence()
        if self._at < len(self._lexemes):
            raise PatternError(f"unexpected {self._lexemes[self._at]!r} in {self._source!r}")
        return items

    def _peek(self) -> str | None:
        return self._lexemes[self._at] if self._at < len(self._lexemes) else None

    def _next(self) -> str:
        lexeme = self._peek()
        if lexeme is None:
            raise PatternError(f"{self._source!r} ends too early")
        self._at += 1
        return lexeme

    def _sequence(self, *, grouped: bool = False) -> tuple[_Node, ...]:
        items: list[_Node] = []
        while (lexeme := self._peek()) is not None and lexeme != ")":
            if grouped and lexeme == "|":
                break
            items.append(self._repeated(self._atom(grouped=grouped)))
        return tuple(items)

    def _repeated(self, item: _Node) -> _Node:
        lexeme = self._peek()
        if lexeme == "?":
            least, most = 0, 1
        elif lexeme == "*":
            least, most = 0, _MANY
        elif lexeme == "+":
            least, most = 1, _MANY
        elif lexeme is not None and lexeme.startswith("{"):
            least, most = map(int, lexeme[1:-1].split(","))
        else:
            return item
        self._at += 1
        return _Repeat(item, least, most)

    def _atom(self, *, grouped: bool) -> _Node:  # noqa: PLR0911 - one kind of element a return
        lexeme = self._next()
        match lexeme:
            case "(":
                branches = [_Seq(self._sequence(grouped=True))]
                while self._next() == "|":
                    branches.append(_Seq(self._sequence(grouped=True)))
                return _Either(tuple(branches))
            case "[" | "]" | "<source>":
                return _Mark(lexeme)
            case "^" | "$":
                return _Edge()
            case "_":
                return _Any()
            case "!":
                behind = self._at == 1
                return _Not(self._word(self._next()), behind)
            case _ if lexeme[0] == "%" and len(lexeme) > 1:
                return self._macro(lexeme[1:])
            case _:
                return self._word(lexeme, single=grouped)

    def _macro(self, name: str) -> _Node:
        if name not in self._macros:
            raise PatternError(f"no macro {name!r}, which {self._source!r} uses")
        return _Seq(_Parser(self._macros[name], self._macros).parse())

    def _word(self, first: str, *, single: bool = False) -> _Word:
        names = [first]
        while not single and self._peek() == "|":
            self._at += 1
            names.append(self._next())
        classes = frozenset(name[1:] for name in names if name.startswith("@"))
        words = [name for name in names if not name.startswith("@")]
        return _Word(
            frozenset(word for word in words if word == word.lower()),
            frozenset(word for word in words if word != word.lower()),
            classes,
        )


def _consumes(item: _Node) -> bool:
    match item:
        case _Word() | _Any():
            return True
        case _Seq(items):
            return any(map(_consumes, items))
        case _Either(items):
            return all(map(_consumes, items))
        case _Repeat(inner, least, _):
            return least > 0 and _consumes(inner)
        case _:
            return False


def _anchors(item: _Node) -> _Keys | None:  # noqa: PLR0911 - one kind of node a return
    """Return the words and the classes that ``item`` can start with, None for any token."""
    match item:
        case _Word(words, exact, classes):
            return words | {word.lower() for word in exact}, classes
        case _Repeat(inner, _, _):
            return _anchors(inner)
        case _Either(items):
            return _union(map(_anchors, items))
        case _Seq((_Mark() | _Not() | _Edge(), *rest)):
            return _anchors(_Seq(tuple(rest)))
        case _Seq((head, *rest)) if not _consumes(head):
            return _union((_anchors(head), _anchors(_Seq(tuple(rest)))))
        case _Seq((head, *_)):
            return _anchors(head)
        case _:
            return None


def _union(parts: Iterable[_Keys | None]) -> _Keys | None:
    words: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    for part in parts:
        if part is None:
            return None
        words, classes = words | part[0], classes | part[1]
    return words, classes


def _commonest(words: frozenset[str], classes: frozenset[str], rarity: Callable[[str], int]) -> int:
    return min(map(rarity, [*words, *(f"@{name}" for name in classes)]))


_NO_WORD = _Word(frozenset(), frozenset(), frozenset())


def _merge(branches: Sequence[_Node]) -> list[_Node]:
    """Make a single element of those branches that are no more than a word."""
    single = _NO_WORD
    others: list[_Node] = []
    for branch in branches:
        match branch:
            case _Seq((_Word(words, exact, classes),)):
                single = _Word(single.words | words, single.exact | exact, single.classes | classes)
            case _:
                others.append(branch)
    return others if single == _NO_WORD else [*others, single]


def _accept(_tokens: Sequence[Token], at: int, _stop: int, marks: Marks) -> Ends:
    return at, marks


def _compile(node: _Node, step: int, then: _Run) -> _Run:  # noqa: PLR0911 - one node a branch
    """Return what matches ``node`` in direction ``step`` and goes on with ``then``."""
    match node:
        case _Seq(items):
            for item in items if step < 0 else reversed(items):
                then = _compile(item, step, then)
            return then
        case _Either(items):
            run = _either([_compile(item, step, then) for item in _merge(items)])
            keys = _anchors(node) if step > 0 and _consumes(node) else None
            return run if keys is None else _guarded(*keys, run)
        case _Repeat(item, least, most):
            run = then
            for count in range(most, 0, -1):
                once = _compile(item, step, run)
                run = once if count <= least else _either([once, then])
            return run
        case _Mark(name):
            return _mark(name, 0 if step > 0 else 1, then)
        case _Edge():
            return lambda tokens, at, stop, marks: (
                then(tokens, at, stop, marks) if at == stop else None
            )
        case _Any():
            return lambda tokens, at, stop, marks: (
                then(tokens, at + step, stop, marks) if at != stop else None
            )
        case _Not(item, behind):
            return _not(_test(item), 0 if step > 0 or behind else 1, then)
        case _Word():
            return _word(node, step, then)


def _either(runs: Sequence[_Run]) -> _Run:
    def run(tokens: Sequence[Token], at: int, stop: int, marks: Marks) -> Ends | None:
        for branch in runs:
            ends = branch(tokens, at, stop, marks)
            if ends is not None:
                return ends
        return None

    return run


def _guarded(words: frozenset[str], classes: frozenset[str], then: _Run) -> _Run:
    """Spare the branches that start with none of these."""

    def run(tokens: Sequence[Token], at: int, stop: int, marks: Marks) -> Ends | None:
        if at == stop:
            return None
        token = tokens[at]
        if token.key not in words and classes.isdisjoint(token.classes):
            return None
        return then(tokens, at, stop, marks)

    return run


def _mark(name: str, shift: int, then: _Run) -> _Run:
    def run(tokens: Sequence[Token], at: int, stop: int, marks: Marks) -> Ends | None:
        return then(tokens, at, stop, (*marks, (name, at + shift)))

    return run


def _not(test: Callable[[Token], bool], shift: int, then: _Run) -> _Run:
    def run(tokens: Sequence[Token], at: int, stop: int, marks: Marks) -> Ends | None:
        if at + shift != stop and test(tokens[at + shift]):
            return None
        return then(tokens, at, stop, marks)

    return run


def _word(item: _Word, step: int, then: _Run) -> _Run:
    # The commonest kinds are written out: to call a test would cost as much again.
    words, classes = item.words, item.classes
    if item.exact:
        test = _test(item)

        def run(tokens: Sequence[Token], at: int, stop: int, marks: Marks) -> Ends | None:
            if at == stop or not test(tokens[at]):
                return None
            return then(tokens, at + step, stop, marks)

    elif classes:

        def run(tokens: Sequence[Token], at: int, stop: int, marks: Marks) -> Ends | None:
            if at == stop:
                return None
            token = tokens[at]
            if classes.isdisjoint(token.classes) and token.key not in words:
                return None
            return then(tokens, at + step, stop, marks)

    else:

        def run(tokens: Sequence[Token], at: int, stop: int, marks: Marks) -> Ends | None:
            if at == stop or tokens[at].key not in words:
                return None
            return then(tokens, at + step, stop, marks)

    return run


def _test(item: _Word) -> Callable[[Token], bool]:
    words, exact, classes = item.words, item.exact, item.classes
    return lambda token: (
        token.key in words or token.raw in exact or not classes.isdisjoint(token.classes)
    )
