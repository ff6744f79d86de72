"""Check the conditional of a grammar file against a treebank.

``python -m streams.analysis.hedges.morphology LANGUAGE FILE.conllu...`` prints precision and
recall of the word class ``cond`` against the feature ``Mood=Cnd`` of the Universal Dependencies
treebanks, one line a folder, and every word on which they differ with its count.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from streams.analysis.hedges.evaluate import Counts
from streams.analysis.hedges.grammar import Grammar, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FORM, _FEATURES = 1, 5  # columns of CoNLL-U


def words(lines: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Yield each word of a CoNLL-U file and whether it is annotated as a conditional."""
    for line in lines:
        columns = line.rstrip("\n").split("\t")
        if len(columns) == 10 and columns[0].isdigit():
            yield columns[_FORM], "Mood=Cnd" in columns[_FEATURES].split("|")


def compare(
    annotated: Iterable[tuple[str, bool]], grammar: Grammar
) -> tuple[Counts, Counter[str], Counter[str]]:
    """Return the counts, the words found wrongly and the words missed."""
    counts = Counts()
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for form, gold in annotated:
        found = "cond" in grammar.word(form).classes
        counts.right += found and gold
        if found and not gold:
            counts.wrong += 1
            wrong[form] += 1
        if gold and not found:
            counts.missed += 1
            missed[form] += 1
    return counts, wrong, missed


def main() -> int:
    """Run the command; the exit code is 2 for a language without a grammar file."""
    parser = argparse.ArgumentParser(description="Check the conditional against treebanks.")
    parser.add_argument("language", help="the language's tag, such as it")
    parser.add_argument("files", nargs="+", type=Path, help="CoNLL-U files")
    arguments = parser.parse_args()
    grammar = load(arguments.language)
    if grammar is None:
        parser.error(f"there is no grammar for {arguments.language!r}")
    treebanks: defaultdict[Path, list[tuple[str, bool]]] = defaultdict(list)
    for file in arguments.files:
        with file.open(encoding="utf-8") as lines:
            treebanks[file.parent] += words(lines)
    for folder, annotated in treebanks.items():
        counts, wrong, missed = compare(annotated, grammar)
        sys.stdout.write(
            f"{folder.name}: precision {100 * counts.precision:.2f} %, "
            f"recall {100 * counts.recall:.2f} % of {counts.right + counts.missed}\n"
        )
        for label, forms in (("not a conditional", wrong), ("missed", missed)):
            for form, count in forms.most_common():
                sys.stdout.write(f"    {label}: {form} ({count})\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
