"""The articles that everything is measured on: real text, repeated to size under new ids."""

from __future__ import annotations

from itertools import cycle, islice
from typing import TYPE_CHECKING

import orjson

from streams.article import Article
from streams.intake import read_articles

if TYPE_CHECKING:
    from pathlib import Path


def load(path: Path) -> list[Article]:
    """Return the articles of a file that ``hedgewire publish`` would read."""
    return [item for item in read_articles([path]) if isinstance(item, Article)]


def repeat(articles: list[Article], count: int, prefix: str) -> list[Article]:
    """Return ``count`` articles, over and over the same texts, with ids of their own."""
    return [
        article_of(article.text, f"{prefix}-{number}", article.title)
        for number, article in enumerate(islice(cycle(articles), count))
    ]


def article_of(text: str, id_: str, title: str | None = None) -> Article:
    """Return an article in Italian, as a publisher who knows the language would send it."""
    fields = {"id": id_, "text": text, "language": "it"} | ({"title": title} if title else {})
    return Article.parse(orjson.dumps(fields))


def resized(articles: list[Article], characters: int, id_: str) -> Article:
    """Return one article of so many characters, out of the texts of others."""
    text = "\n".join(article.text for article in articles)
    while len(text) < characters:
        text += "\n" + text
    return article_of(text[:characters], id_)


def opening(article: Article, id_: str, characters: int = 300) -> Article:
    """Return the beginning of an article, as long as an agency's flash, cut at a full stop."""
    start = article.text[:characters]
    return article_of(start[: start.rfind(". ") + 1] or start, id_)
