"""``hedgewire analyze``: the processors' work without a broker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated

import orjson
import typer

from streams.article import Article
from streams.cli import render
from streams.cli.options import ConfigFile, ExitCode, InputError, err, out
from streams.config import load_settings
from streams.intake import BadRecord, read_articles

BATCH_ARTICLES = 32


def analyze(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH… | -", help="Files to read; - is standard input."),
    ],
    pretty: Annotated[
        bool, typer.Option("--pretty", help="Show the text with its entities and hedges marked.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Analyse articles as the processors do, without a broker; one JSON line an article.

    Reads what [b]hedgewire publish[/] reads. Offsets count Unicode code points.

    Example: [b]hedgewire analyze --pretty article.txt[/]
    """
    settings = load_settings(file=config)
    from streams.analysis import analyze_documents
    from streams.analysis.document import read_document
    from streams.analysis.entities import EntityTagger

    try:
        tagger = EntityTagger(settings.profile, settings.threads, settings.gazetteer)
    except ValueError as error:
        raise InputError(f"gazetteer {error}") from error
    reading = _Reading(paths)
    if pretty:
        out.print(render.legend(), "")
    for batch in reading.batches():
        documents = [read_document(a.title, a.text, a.language) for a in batch]
        for article, analysis in zip(batch, analyze_documents(documents, tagger), strict=True):
            line = orjson.dumps(
                {"id": article.id}
                | {name: getattr(analysis, name) for name in analysis.__dataclass_fields__}
            )
            if pretty:
                found = orjson.loads(line)
                out.print(render.article(orjson.loads(article.raw), found, found))
            else:
                typer.echo(line)
    if reading.bad:
        raise typer.Exit(ExitCode.USAGE)


class _Reading:
    """Articles in batches; bad records are reported and counted on the way."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = paths
        self.bad = 0

    def batches(self) -> Iterator[list[Article]]:
        articles = self._articles()
        while batch := list(islice(articles, BATCH_ARTICLES)):
            yield batch

    def _articles(self) -> Iterator[Article]:
        for article in read_articles(self._paths):
            if isinstance(article, BadRecord):
                err.print(f"bad record: {article}", markup=False)
                self.bad += 1
            else:
                yield article
