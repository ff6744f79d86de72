"""Time the spotter: ``python -m streams.analysis.hedges.speed FILE.jsonl``.

A line of the file is an article with ``text``, and ``title`` and ``language`` where it has them.
Prints how many articles were read and the milliseconds of one thread that spotting costs for
2,500 characters, in the second of two rounds: the first fills the memory of known words.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import orjson

from streams.analysis.document import read_document
from streams.analysis.hedges.spotter import spot

_ARTICLE = 2_500  # characters


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Time the hedge spotter on articles.")
    parser.add_argument("file", type=Path, help="JSONL file of articles")
    arguments = parser.parse_args()
    articles = [orjson.loads(line) for line in arguments.file.read_bytes().splitlines()]
    documents = [
        read_document(article.get("title"), article["text"], article.get("language"))
        for article in articles
    ]
    for document in documents:
        spot(document, ())
    start = time.thread_time()
    for document in documents:
        spot(document, ())
    spent = time.thread_time() - start
    characters = sum(len(document.title or "") + len(document.text) for document in documents)
    sys.stdout.write(
        f"{len(documents)} articles, {characters} characters: "
        f"{1_000 * spent * _ARTICLE / characters:.2f} ms for {_ARTICLE} characters\n"
    )


if __name__ == "__main__":
    main()
