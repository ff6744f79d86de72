"""The spotter on the test sentences: one file a language, every hard case of the guideline."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from streams.analysis.hedges.evaluate import evaluate

FILES = sorted((Path(__file__).parent / "data").glob("*.jsonl"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_scores(file: Path) -> None:
    records = [orjson.loads(line) for line in file.read_bytes().splitlines()]
    for record in records:
        for hedge in record["hedges"]:
            assert record["text"][hedge["start"] : hedge["end"]] == hedge["text"]
    scores = evaluate(records)
    assert scores.cues.f1 >= 0.95, "\n".join(scores.errors)
    assert scores.sentences.f1 >= 0.95, "\n".join(scores.errors)
    assert scores.in_quote.precision == 1


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_homographs_are_not_taken_for_hearsay(file: Path) -> None:
    records = [
        record
        for record in map(orjson.loads, file.read_bytes().splitlines())
        if record["source"] == "homographs"
    ]
    assert records
    assert evaluate(records).categories["reportive"].wrong == 0
