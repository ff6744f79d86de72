"""The whole analysis as a pure function."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from streams import analyze
from streams.analysis.language import SUPPORTED

WORDS = ["Secondo ", "fonti ", "Elena Marchetti ", "avrebbe ", "venduto ", "Torino", "reportedly "]
MARKS = ["«", "», ", ". ", "\n", "e\u0301", "👩‍👩‍👧", "\u202e", "ß", "İ"]
MIXED = st.lists(st.sampled_from([*WORDS, *MARKS])).map("".join)


@settings(max_examples=60, deadline=None)
@given(
    text=st.text() | MIXED,
    title=st.none() | st.text() | MIXED,
    language=st.none() | st.sampled_from([*SUPPORTED, "tlh"]),
)
def test_every_span_equals_its_text(text: str, title: str | None, language: str | None) -> None:
    found = analyze(text, title, language)
    fields = {"text": text, "title": title or ""}
    spans = [*found.sentences, *found.entities, *found.hedges, *found.claims]
    spans += [hedge.source for hedge in found.hedges if hedge.source]
    for span in spans:
        assert fields[span.field][span.start : span.end] == span.text
    for hedge in found.hedges:
        sentence = found.sentences[hedge.sentence]
        assert sentence.field == hedge.field
        assert sentence.start <= hedge.start < hedge.end <= sentence.end
    assert 0 <= found.hedge_rate <= 1
    hedged = {hedge.sentence for hedge in found.hedges if hedge.hedged}
    assert found.hedge_rate == (len(hedged) / len(found.sentences) if found.sentences else 0)


def test_title_and_text_are_both_analysed() -> None:
    found = analyze(
        "La società avrebbe venduto la sede di Torino.", title="Voci su una vendita a Milano"
    )
    assert {(entity.field, entity.text) for entity in found.entities} >= {
        ("title", "Milano"),
        ("text", "Torino"),
    }
    assert {(hedge.field, hedge.category) for hedge in found.hedges} >= {
        ("title", "rumour"),
        ("text", "reportive"),
    }


def test_the_analysis_needs_neither_kafka_nor_faust() -> None:
    """A text is analysed without the clients being imported."""
    code = (
        "import sys; from streams import analyze; analyze('Forse.');"
        "print([m for m in ('kafka', 'faust', 'aiokafka', 'typer') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
