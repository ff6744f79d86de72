"""Identities over whole articles, scored with B-cubed (Bagga & Baldwin 1998)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import pytest

from streams.analysis.entities.coreference import Mention, resolve

if TYPE_CHECKING:
    from streams.analysis.types import EntityType

ARTICLES = Path(__file__).with_name("coreference.txt")
MARKED = re.compile(r"\[([^|\]]+)\|([A-Z]+)\|(\d+)\]")


class Article(NamedTuple):
    """An article's mentions, and the number of the entity that each stands for."""

    mentions: list[Mention]
    entities: list[str]


def articles() -> list[Article]:
    found = []
    for line in ARTICLES.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            marks = MARKED.findall(line)
            mentions = [Mention(text, cast("EntityType", kind)) for text, kind, _ in marks]
            found.append(Article(mentions, [entity for _, _, entity in marks]))
    return found


def b_cubed(gold: list[str], found: list[str]) -> tuple[float, float]:
    """Return the mean precision and recall of each mention's cluster."""
    precision = recall = 0.0
    for entity, identity in zip(gold, found, strict=True):
        pairs = list(zip(gold, found, strict=True))
        both = pairs.count((entity, identity))
        precision += both / found.count(identity)
        recall += both / gold.count(entity)
    return precision / len(gold), recall / len(gold)


def test_mentions_are_joined_as_a_reader_would() -> None:
    gold, found = [], []
    for number, article in enumerate(articles()):
        gold += [f"{number}:{entity}" for entity in article.entities]
        found += [f"{number}:{identity.id}" for identity in resolve(article.mentions)]
    precision, recall = b_cubed(gold, found)
    assert precision == 1
    assert recall > 0.95


def test_the_score_itself() -> None:
    assert b_cubed(["1", "1", "2"], ["a", "a", "b"]) == (1, 1)
    assert b_cubed(["1", "1"], ["a", "b"]) == (1, 0.5)
    assert b_cubed(["1", "2"], ["a", "a"]) == (0.5, 1)


@pytest.mark.parametrize("article", articles(), ids=lambda article: article.mentions[0].text)
def test_nothing_is_joined_that_a_reader_keeps_apart(article: Article) -> None:
    identities = [identity.id for identity in resolve(article.mentions)]
    entities = dict(zip(identities, article.entities, strict=True))
    assert [entities[identity] for identity in identities] == article.entities
