"""One type for all mentions of a name in an article.

A name has nearly always one sense in one text (Gale, Church & Yarowsky 1992, *One Sense per
Discourse*), and where a sentence says little, another often says more. Mentions that the model
is sure of keep their type: *Roma* can be a city and a club in one report.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.analysis.types import EntityType

SURE = 0.95
"""A mention of this score keeps its type, whatever the others say."""


class Mention(NamedTuple):
    """A mention's text, type and score."""

    text: str
    type: EntityType
    score: float


def agree(mentions: Sequence[Mention]) -> list[EntityType]:
    """Return the type of each mention of an article, given what the model thinks of each.

    It is the type for which all mentions of the same name, in any case, score most together. A
    single word that ends a person's name in the article counts as that person's mention.
    """
    votes: dict[str, dict[EntityType, float]] = defaultdict(lambda: defaultdict(float))
    for mention in mentions:
        words = mention.text.casefold().split()
        votes[" ".join(words)][mention.type] += mention.score
        if mention.type == "PER" and len(words) > 1:
            votes[words[-1]]["PER"] += mention.score
    types = {name: max(given, key=given.__getitem__) for name, given in votes.items()}
    return [
        mention.type if mention.score >= SURE else types[" ".join(mention.text.casefold().split())]
        for mention in mentions
    ]
