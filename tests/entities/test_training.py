"""What the figures rest on: reading corpora, tags for the networks, scores and calibration."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from streams.analysis.entities.tagger import MODELS
from streams.analysis.entities.tags import TAGS
from streams.analysis.entities.units import split
from streams.analysis.entities.vocabulary import Vocabulary
from streams.analysis.entities.words import features
from training import calibrate, corpora, variants
from training.corpora import Mention, Sentence
from training.examples import allowed_tags, batches, gold_tags
from training.scoring import compare, confusion

if TYPE_CHECKING:
    from pathlib import Path

ALL = frozenset({"PER", "ORG", "LOC", "MISC"})
HEADLINE = Sentence(
    "Anna Bianchi guida l' Enel a Pisa",
    (Mention(0, 12, "PER"), Mention(22, 26, "ORG"), Mention(29, 33, "LOC")),
)


@pytest.mark.parametrize(
    "lines",
    [
        "Anna\tB-PER\nBianchi\tI-PER\nguida\tO\nl'\tO\nEnel\tB-ORG\na\tO\nPisa\tB-LOC\n\n",
        "# text = x\n"
        "1\tAnna\tB-PER\t-\t-\n2\tBianchi\tI-PER\t-\t-\n3\tguida\tO\t-\t-\n4\tl'\tO\t-\t-\n"
        "5\tEnel\tB-ORG\t-\t-\n6\ta\tO\t-\t-\n7\tPisa\tB-LOC\t-\t-\n",
        "-DOCSTART- -X- O O\n\nAnna NNP I-NP B-PER\nBianchi NNP I-NP I-PER\nguida VB O O\n"
        "l' DT O O\nEnel NNP I-NP B-ORG\na IN O O\nPisa NNP I-NP B-LOC\n",
    ],
    ids=["TSV", "IOB2 with index", "CoNLL 2003"],
)
def test_the_usual_formats_are_read(tmp_path: Path, lines: str) -> None:
    path = tmp_path / "corpus"
    path.write_text(lines, encoding="utf-8")
    assert corpora.read(path) == [HEADLINE]


def test_a_line_without_a_tag_is_named(tmp_path: Path) -> None:
    path = tmp_path / "corpus"
    path.write_text("Anna\tB-PER\nBianchi\n", encoding="utf-8")
    with pytest.raises(ValueError, match="corpus:2"):
        corpora.read(path)


def test_adjacent_entities_are_two(tmp_path: Path) -> None:
    path = tmp_path / "corpus"
    path.write_text("Roma\tB-LOC\nParigi\tB-LOC\nEnel\tI-ORG\n", encoding="utf-8")
    (sentence,) = corpora.read(path)
    assert [mention.type for mention in sentence.mentions] == ["LOC", "LOC", "ORG"]


def test_units_are_tagged_as_annotated() -> None:
    tags = gold_tags(split(HEADLINE.text), HEADLINE)
    assert tags == ["B-PER", "E-PER", "O", "O", "O", "S-ORG", "O", "S-LOC"]


def test_types_that_are_not_annotated_stay_possible() -> None:
    inside, outside = allowed_tags(["S-PER", "O"], frozenset({"PER"}))
    assert [tag for tag, may in zip(TAGS, inside, strict=True) if may] == ["S-PER"]
    assert {tag[2:] for tag, may in zip(TAGS, outside, strict=True) if may} == ALL - {"PER"} | {""}


def test_a_variant_has_other_names_of_the_same_types() -> None:
    known = {"PER": ["Carla Verdi"], "ORG": ["Fiat"], "LOC": ["Lecce"]}
    found = {variants.variant(HEADLINE, known, random.Random(seed)) for seed in range(300)}
    assert "Carla Verdi guida l' Fiat a Lecce" in found
    assert "Verdi guida l' Fiat a Lecce" in found
    assert "Anna Bianchi guida l' Fiat a Lecce" in found
    assert "guida l' Enel a" in found
    words = {word for text in found for word in text.split()}
    assert words == {*HEADLINE.text.split(), "Carla", "Verdi", "Fiat", "Lecce"}


def test_names_are_taken_once() -> None:
    assert variants.names([HEADLINE, HEADLINE]) == {
        "PER": ["Anna Bianchi"],
        "ORG": ["Enel"],
        "LOC": ["Pisa"],
    }


def test_lists_are_of_names_and_numbers() -> None:
    known = {"PER": ["Verdi"], "LOC": ["Lecce"]}
    lines = list(variants.lists(known, 50, random.Random(0)))
    assert len(lines) == 50
    assert all("Verdi" in line or "Lecce" in line for line in lines)
    assert {word for line in lines for word in line.split() if word.isalpha()} == {"Verdi", "Lecce"}


def test_batches_hold_everything_within_the_budget() -> None:
    found = batches(list(range(1, 50)), lambda size: size, 100, random.Random(0))
    assert sorted(size for batch in found for size in batch) == list(range(1, 50))
    assert all(len(batch) * max(batch) <= 100 + 4 * len(batch) for batch in found)


def test_scores_by_hand() -> None:
    gold = [[Mention(0, 4, "PER"), Mention(5, 9, "ORG")], [Mention(0, 4, "LOC")]]
    predicted = [[Mention(0, 4, "PER"), Mention(5, 8, "ORG")], [Mention(0, 4, "ORG")]]
    scores = compare(gold, predicted)
    assert [scores.f1(kind) for kind in ("PER", "ORG", "LOC")] == [1, 0, 0]
    assert scores.precision("ORG") == 0
    assert scores.macro() == pytest.approx(1 / 3)
    assert confusion(gold, predicted) == {
        ("PER", "PER"): 1,
        ("ORG", "none"): 1,
        ("none", "ORG"): 1,
        ("LOC", "ORG"): 1,
    }


def test_types_that_the_gold_lacks_are_not_errors() -> None:
    gold = [[Mention(0, 4, "PER")]]
    predicted = [[Mention(0, 4, "PER"), Mention(5, 9, "MISC")]]
    assert compare(gold, predicted).predicted["MISC"] == 0


def test_calibration_recovers_the_odds() -> None:
    draw = np.random.default_rng(0)
    true = draw.uniform(0.05, 0.99, 20_000)
    odds = np.log(true / (1 - true))
    confidence = 1 / (1 + np.exp(-(odds - 0.5) * 2))
    given = calibrate.Outcomes(confidence, draw.random(20_000) < true)
    line = calibrate.fit(given)
    assert line.slope == pytest.approx(0.5, abs=0.03)
    assert line.intercept == pytest.approx(0.5, abs=0.05)
    before = calibrate.expected_error(confidence, given.correct)
    after = calibrate.expected_error(calibrate.crossed(given), given.correct)
    assert after < 0.02
    assert before > 0.1


def test_the_lexicon_has_the_features_of_every_word_met() -> None:
    pytest.importorskip("torch")
    from training.lexicon import Lexicon

    vocabulary = Vocabulary(MODELS)
    lexicon = Lexicon(vocabulary)
    first = lexicon.numbers(["Roma", "piove", "Roma"])
    assert first[0] == first[2] != first[1]
    lexicon.features(first)
    later = lexicon.numbers(["Parigi", "piove"])
    np.testing.assert_allclose(
        lexicon.features(later).numpy(), features(["Parigi", "piove"], vocabulary), atol=1e-3
    )
