"""Speed and memory by how many articles are tagged at once: ``python -m training.curve FILE``.

``FILE`` has one article a line, as the pipeline takes them in. Times are of the processor, the
better of two runs, with every word seen before; memory is what stays in the process.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from streams.analysis.document import read_document
from streams.analysis.entities import EntityTagger, Profile
from streams.article import Article
from streams.intake import read_articles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.analysis.types import Document

ARTICLES = 128
AT_ONCE = (1, 2, 4, 8, 16, 32, 64)
RUNS = 2


def main() -> None:
    """Print a row for each profile and number of articles."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE")
    articles = [
        one for one in read_articles([parser.parse_args().file]) if isinstance(one, Article)
    ]
    documents = [read_document(one.title, one.text, one.language) for one in articles[:ARTICLES]]
    words = sum(len(document.text.split()) for document in documents)
    print(f"{len(documents)} articles of {words / len(documents):.0f} words")
    print(f"{'profile':12}{'at once':>8}{'articles/s':>12}{'ms a batch':>12}")
    for profile in get_args(Profile):
        before = _resident()
        tagger = EntityTagger(profile)
        tagger.tag(documents)
        for size in AT_ONCE:
            seconds = min(_seconds(tagger, documents, size) for _ in range(RUNS))
            speed = len(documents) / seconds
            print(f"{profile:12}{size:8}{speed:12.1f}{1000 * size / speed:12.0f}", flush=True)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{profile:12}adds {_resident() - before:.0f} MB; peak of the process {peak:.0f} MB")


def _seconds(tagger: EntityTagger, documents: Sequence[Document], size: int) -> float:
    started = time.process_time()
    for start in range(0, len(documents), size):
        tagger.tag(documents[start : start + size])
    return time.process_time() - started


def _resident() -> float:
    """Return the memory of this process in MB, as Linux counts it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
