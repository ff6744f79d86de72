"""Turning annotated sentences into what the networks learn from."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from streams.analysis.entities.tags import TAGS

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from streams.analysis.entities.units import Unit
    from training.corpora import Sentence

Example = TypeVar("Example")


def gold_tags(units: Sequence[Unit], sentence: Sentence) -> list[str]:
    """Return the tag of each unit. A unit that an entity covers in part counts as inside."""
    tags = ["O"] * len(units)
    for mention in sentence.mentions:
        inside = [
            rank
            for rank, unit in enumerate(units)
            if unit.start < mention.end and unit.end > mention.start
        ]
        for rank in inside:
            first, last = rank == inside[0], rank == inside[-1]
            prefix = "S" if first and last else "B" if first else "E" if last else "I"
            tags[rank] = f"{prefix}-{mention.type}"
    return tags


def allowed_tags(tags: Sequence[str], annotated: frozenset[str]) -> NDArray[np.bool_]:
    """Return which tags each unit may have, [units, tags], given its annotation.

    Only the types of ``annotated`` were marked: a unit without one of them may still be of
    any other type.
    """
    unmarked = np.array([tag == "O" or tag[2:] not in annotated for tag in TAGS])
    rows = np.zeros((len(tags), len(TAGS)), np.bool_)
    for rank, tag in enumerate(tags):
        if tag[2:] in annotated:
            rows[rank, TAGS.index(tag)] = True
        else:
            rows[rank] = unmarked
    return rows


def vary(text: str, choose: random.Random) -> str:
    """Return the text, or now and then a form of it as careless publishers write it.

    That is capitals throughout, no capitals, a capital on each word, or no punctuation at the
    end. The length stays the same, so that offsets hold.
    """
    draw = choose.random()
    if draw < 0.05:
        return _same_length(text, str.upper)
    if draw < 0.08:
        return _same_length(text, str.lower)
    if draw < 0.10:
        return " ".join(word[:1].upper() + word[1:] for word in text.split(" "))
    if draw < 0.15 and text[-1] in ".!?":
        return text[:-1] + " "
    return text


def _same_length(text: str, change: Callable[[str], str]) -> str:
    return "".join(changed if len(changed := change(char)) == 1 else char for char in text)


def batches(
    examples: Sequence[Example],
    size: Callable[[Example], int],
    budget: int,
    choose: random.Random,
) -> list[list[Example]]:
    """Return all examples in batches of similar sizes, shuffled.

    ``budget`` is the greatest size of a batch, padding included.
    """
    found: list[list[Example]] = [[]]
    for example in sorted(examples, key=lambda one: size(one) + choose.random() * 4):
        if (len(found[-1]) + 1) * size(example) > budget:
            found.append([])
        found[-1].append(example)
    choose.shuffle(found)
    return found
