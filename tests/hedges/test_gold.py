"""Annotations find their text again, or say that it is not there."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from streams.analysis.hedges.gold import GoldError, digest, read

GOLD = sorted(Path(__file__).parent.glob("gold/*.jsonl"))


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    folder = tmp_path / "corpora"
    folder.mkdir()
    (folder / "bank.conllu").write_text(
        "# sent_id = s1\n# text = Piove, pare.\n1\tPiove\n\n# text = Nevica.\n# sent_id = s2\n",
        encoding="utf-8",
    )
    articles = [{"text": "Prima riga."}, {"text": "🌧 Forse piove. Poi smette."}]
    (folder / "news.jsonl").write_bytes(b"\n".join(map(orjson.dumps, articles)))
    return folder


def written(tmp_path: Path, record: dict[str, object]) -> Path:
    path = tmp_path / "gold.jsonl"
    path.write_bytes(orjson.dumps({"id": "one"} | record))
    return path


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ({"file": "bank.conllu", "sentence": "s2"}, "Nevica."),
        ({"file": "news.jsonl", "line": 1, "start": 2, "end": 14}, "Forse piove."),
    ],
)
def test_text_is_found_in_its_corpus(
    tmp_path: Path, corpora: Path, place: dict[str, object], text: str
) -> None:
    path = written(tmp_path, place | {"digest": digest(text)})
    assert [record["text"] for record in read(path, corpora)] == [text]


def test_record_may_bring_its_text(tmp_path: Path) -> None:
    assert next(read(written(tmp_path, {"text": "Piove."})))["text"] == "Piove."


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ({"file": "bank.conllu", "sentence": "s1", "digest": digest("Piove.")}, "another text"),
        ({"file": "bank.conllu", "sentence": "s9", "digest": ""}, "not in"),
        ({"file": "lost.jsonl", "line": 0, "start": 0, "end": 1, "digest": ""}, "not in"),
    ],
)
def test_what_cannot_be_found_is_told(
    tmp_path: Path, corpora: Path, place: dict[str, object], reason: str
) -> None:
    with pytest.raises(GoldError, match=f"one: .*{reason}"):
        list(read(written(tmp_path, place), corpora))


def test_without_corpora_a_place_is_not_enough(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=r"bank\.conllu"):
        list(read(written(tmp_path, {"file": "bank.conllu", "sentence": "s1"})))


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.stem)
def test_shipped_annotations_are_well_formed(path: Path) -> None:
    for record in map(orjson.loads, path.read_bytes().splitlines()):
        assert "text" in record or {"file", "digest"} <= record.keys()
        assert record["lang"] == path.stem.partition("-")[0]
        doubting = [
            hedge["category"] in {"reportive", "epistemic", "unconfirmed", "rumour"}
            or hedge["source_type"] in {"anonymous", "public"}
            for hedge in record["hedges"]
            if not hedge["in_quote"]
        ]
        assert record["hedged"] == any(doubting)
        for hedge in record["hedges"]:
            assert 0 <= hedge["start"] < hedge["end"]
