"""What the networks learn from and what they are measured on, out of the corpora's files.

``root`` is the folder with the corpora as they are published: ``ner/kind``, ``ner/uner``,
``ner/wikineural``, ``news``, ``ud``.
"""

from __future__ import annotations

import json
import random
import re
from typing import TYPE_CHECKING, NamedTuple

from streams.analysis.entities.units import split
from training import corpora, variants

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from training.corpora import Sentence

GOLD = frozenset({"PER", "ORG", "LOC"})
"""What KIND and Universal NER annotate."""
ALL = GOLD | {"MISC"}
"""What WikiNEuRal annotates."""
ONLY_MISC = frozenset({"MISC"})
"""What is taken from WikiNEuRal where a corpus annotated by hand says what the others are."""

SILVER = {"en": 3000, "fr": 2500, "es": 3000, "de": 2500}
"""Sentences of WikiNEuRal an epoch, in languages where it is the only or the main source."""
SILVER_MISC = {"it": 1200, "pt": 1200}
HELD_OUT = 500
"""Sentences of each of WikiNEuRal's test files to measure on."""
EWT_TRAIN = 1000
"""The first sentences of English-EWT dev are learned from, the others measured on."""

VARIED = {"en": 3, "it": 2, "pt": 1}
"""How often a sentence of a corpus in these languages is written anew for the student."""
VARIED_EWT = 40
"""The same of English-EWT, of which there is little."""
LISTS = 3000
"""Lines of names alone in each of these languages."""

_SENTENCE_END = re.compile(r"(?<=[.!?»\"])\s+(?=[A-ZÈ«\"])")


class Source(NamedTuple):
    """Sentences, and the types of which every entity is annotated in them."""

    sentences: list[Sentence]
    annotated: frozenset[str]


def gold(root: Path) -> list[Source]:
    """Return the sentences annotated by hand that are learned from."""
    ner = root / "ner"
    return [
        Source(corpora.read(ner / "kind/WN_train.tsv"), GOLD),
        Source(corpora.read(ner / "uner/pt_bosque-ud-train.iob2"), GOLD),
        Source(corpora.read(ner / "uner/en_ewt-ud-dev.iob2")[:EWT_TRAIN], GOLD),
    ]


def silver(root: Path, epoch: int) -> Iterator[Source]:
    """Yield WikiNEuRal's share of an epoch, other sentences in each."""
    for sizes, annotated in ((SILVER, ALL), (SILVER_MISC, ONLY_MISC)):
        for language, size in sizes.items():
            sentences = corpora.read(root / f"ner/wikineural/{language}/val.conllu")
            random.Random(0).shuffle(sentences)
            start = epoch * size % len(sentences)
            yield Source((sentences + sentences)[start : start + size], annotated)


def development(root: Path) -> dict[str, list[Sentence]]:
    """Return the sentences to measure on, none of which is learned from."""
    ner = root / "ner"
    sets = {
        "it KIND WN dev": corpora.read(ner / "kind/WN_dev.tsv"),
        "pt Bosque dev": corpora.read(ner / "uner/pt_bosque-ud-dev.iob2"),
        "en EWT dev, 2nd half": corpora.read(ner / "uner/en_ewt-ud-dev.iob2")[EWT_TRAIN:],
    }
    for language in SILVER | SILVER_MISC:
        sentences = corpora.read(ner / f"wikineural/{language}/test.conllu")
        sets[f"{language} WikiNEuRal"] = random.Random(0).sample(sentences, HELD_OUT)
    return sets


def texts(root: Path) -> Iterator[str]:
    """Yield every sentence, name and article of the corpora as plain text."""
    ner = root / "ner"
    for path in sorted([*ner.glob("*/*.tsv"), *ner.glob("*/*.iob2"), *ner.glob("*/*/*.conllu")]):
        yield from (sentence.text for sentence in corpora.read(path))
    for path in sorted(ner.glob("kind/*.txt")):
        with path.open(encoding="utf-8") as names:
            yield from (name.partition(" ")[2] for name in names)
    yield from _articles(root)
    yield from _treebanks(root)


def unlabelled(root: Path, longest: int) -> list[str]:
    """Return sentences to have labelled by a trained network, all different, shuffled.

    Those that are measured on and those of more than ``longest`` units are left out.
    """
    sentences = [sentence.text for source in gold(root) for sentence in source.sentences]
    for path in sorted((root / "ner/wikineural").glob("*/*.conllu")):
        sentences += [sentence.text for sentence in corpora.read(path)]
    for article in _articles(root):
        sentences += _SENTENCE_END.split(article)
    sentences += _treebanks(root)
    chosen = list(_unseen(root, sentences, longest))
    random.Random(0).shuffle(chosen)
    return chosen


def varied(root: Path, longest: int) -> list[str]:
    """Return sentences made out of annotated ones, to have labelled as well, shuffled."""
    italian, portuguese, english = (source.sentences for source in gold(root))
    encyclopedia = {
        language: corpora.read(root / f"ner/wikineural/{language}/val.conllu")
        for language in VARIED
    }
    choose = random.Random(0)
    sentences: list[str] = []
    for language, varying in (
        ("it", italian * VARIED["it"]),
        ("pt", portuguese * VARIED["pt"]),
        ("en", encyclopedia["en"] * VARIED["en"] + english * VARIED_EWT),
    ):
        known = variants.names(varying + encyclopedia[language])
        sentences += (variants.variant(one, known, choose) for one in varying if one.mentions)
        sentences += variants.lists(known, LISTS, choose)
    chosen = list(_unseen(root, sentences, longest))
    choose.shuffle(chosen)
    return chosen


def _articles(root: Path) -> Iterator[str]:
    for path in sorted((root / "news").glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            yield from (json.loads(line)["text"] for line in lines)


def _treebanks(root: Path) -> Iterator[str]:
    for path in sorted((root / "ud").glob("*/*.conllu")):
        with path.open(encoding="utf-8") as lines:
            yield from (line[9:].strip() for line in lines if line.startswith("# text = "))


def _unseen(root: Path, sentences: Iterable[str], longest: int) -> Iterator[str]:
    """Yield each different sentence once, without those that are measured on."""
    seen = {_key(sentence.text) for group in development(root).values() for sentence in group}
    for sentence in sentences:
        key = _key(sentence)
        if 0 < len(key) <= longest and key not in seen:
            seen.add(key)
            yield sentence


def _key(sentence: str) -> tuple[str, ...]:
    """Return what two copies of a sentence have in common, however they are spaced."""
    return tuple(unit.text for unit in split(sentence))
