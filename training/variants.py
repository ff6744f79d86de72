"""New sentences out of annotated ones, for a teacher to label: the same with other names.

A small network learns much of its few sentences by heart, names above all. Text that was made from
that which is there teaches it more of what its teacher knows (Jiao et al. 2020, *TinyBERT*,
section 3.2; there, other words come from a language model, here other names from the corpora).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

    from training.corpora import Sentence

Names = dict[str, list[str]]
"""Different names by type, in a fixed order."""

EXCHANGED = 0.8
"""How many mentions get another name of their type."""
SHORTENED = 0.4
"""How many of the new names of people are one word, as where they were named before."""
CUT = 0.3
"""How many sentences are cut to some words in a row, as titles and notes are."""
SHORTEST = 4
"""Words of such a piece at least."""
MARKS = (", ", " - ", " ; ", " / ", " | ", " . ")


def names(sentences: Sequence[Sentence]) -> Names:
    """Return the different names in sentences, by type."""
    found: dict[str, dict[str, None]] = {}
    for sentence in sentences:
        for mention in sentence.mentions:
            found.setdefault(mention.type, {})[sentence.text[mention.start : mention.end]] = None
    return {kind: list(texts) for kind, texts in found.items()}


def variant(sentence: Sentence, known: Names, choose: random.Random) -> str:
    """Return a sentence with other names, at times a piece of it."""
    parts: list[str] = []
    end = 0
    for mention in sentence.mentions:
        old = sentence.text[mention.start : mention.end]
        new = _name(mention.type, known, choose) if choose.random() < EXCHANGED else old
        parts += (sentence.text[end : mention.start], new)
        end = mention.end
    text = "".join([*parts, sentence.text[end:]])
    words = text.split(" ")
    if choose.random() < CUT and len(words) > SHORTEST:
        size = choose.randint(SHORTEST, len(words))
        start = choose.randint(0, len(words) - size)
        text = " ".join(words[start : start + size])
    return text


def lists(known: Names, count: int, choose: random.Random) -> Iterator[str]:
    """Yield lines of names and numbers, as lists of results, tables and datelines are."""
    kinds = sorted(known)
    for _ in range(count):
        mark = choose.choice(MARKS)
        row = [choose.choice(kinds) for _ in range(choose.randint(1, 3))]
        items = []
        for number in range(1, choose.randint(2, 5)):
            cells = [_name(kind, known, choose) for kind in row]
            if len(cells) > 1 and choose.random() < 0.5:
                cells[-1] = f"( {cells[-1]} )"
            if choose.random() < 0.3:
                cells.insert(0, f"{number} .")
            if choose.random() < 0.6:
                cells.append(_number(choose))
            items.append(" ".join(cells))
        yield mark.join(items)


def _name(kind: str, known: Names, choose: random.Random) -> str:
    name = choose.choice(known[kind])
    if kind == "PER" and choose.random() < SHORTENED:
        words = name.split(" ")
        return words[-1] if choose.random() < 0.7 else words[0]
    return name


def _number(choose: random.Random) -> str:
    first, second = choose.randint(0, 99), choose.randint(0, 99)
    return choose.choice((f"{first}", f"{first % 7}-{second % 7}", f"{first}.{second:02}"))
