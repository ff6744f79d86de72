"""What a report on a document holds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.analysis.hedges import explain, spot
from streams.analysis.types import Document, HedgeReport, Span

from .conftest import document, entity


def test_title_counts_as_a_sentence() -> None:
    report = spot(document("La banca avrebbe chiuso. Domani piove.", title="Forse chiude"), ())
    assert [(hedge.field, hedge.text, hedge.sentence) for hedge in report.hedges] == [
        ("title", "Forse", 0),
        ("text", "avrebbe chiuso", 1),
    ]
    assert report.hedge_rate == pytest.approx(2 / 3)


def test_named_source_does_not_hedge_and_anonymous_does() -> None:
    report = spot(document("Secondo la procura è falso. Secondo alcune fonti è falso."), ())
    assert [hedge.hedged for hedge in report.hedges] == [False, True]
    assert [hedge.source.type for hedge in report.hedges if hedge.source] == ["named", "anonymous"]


def test_quoted_cue_is_the_speakers() -> None:
    (said, maybe) = spot(document("Il sindaco ha detto: «Forse piove».\n"), ()).hedges
    assert (said.text, said.in_quote) == ("ha detto", False)
    assert (maybe.text, maybe.in_quote, maybe.hedged) == ("Forse", True, False)


def test_quotation_goes_on_over_sentences() -> None:
    report = spot(document("«Forse piove. Forse nevica. Basta». Forse no."), ())
    assert [hedge.in_quote for hedge in report.hedges] == [True, True, False]


def test_source_is_linked_to_its_entity() -> None:
    doc = document("Secondo Anna Bassi, la ditta avrebbe venduto tutto.")
    (secondo, _) = spot(doc, [entity(doc, "Anna Bassi", "PER", id_="e1")]).hedges
    assert secondo.source is not None
    assert (secondo.source.text, secondo.source.id) == ("Anna Bassi", "e1")


def test_pronoun_stands_for_the_only_person_before() -> None:
    doc = document("Paul Brown left early. He said the talks had failed.", "en")
    (said,) = spot(doc, [entity(doc, "Paul Brown", "PER", id_="e1")]).hedges
    assert said.source is not None
    assert (said.source.text, said.source.id) == ("He", "e1")


def test_pronoun_is_left_alone_between_two_persons() -> None:
    doc = document("Paul Brown met Ann Lee. He said the talks had failed.", "en")
    people = [entity(doc, name, "PER") for name in ("Paul Brown", "Ann Lee")]
    (said,) = spot(doc, people).hedges
    assert said.source is not None
    assert said.source.id is None


def test_claim_has_its_clause_predicate_entities_and_source() -> None:
    doc = document(
        "Secondo il Corriere, la Bassi Spa avrebbe acquistato circa dieci navi da Rossi, "
        "ma il porto è chiuso."
    )
    names = {"Corriere": "ORG", "Rossi": "PER", "Bassi Spa": "ORG"}
    report = spot(doc, [entity(doc, name, kind) for name, kind in names.items()])  # type: ignore[arg-type]
    (claim,) = report.claims
    assert claim.text == "la Bassi Spa avrebbe acquistato circa dieci navi da Rossi"
    assert claim.predicate == "avrebbe acquistato"
    assert [one.name for one in claim.entities] == ["Bassi Spa", "Rossi"]
    assert [hedge.category for hedge in claim.hedges] == [
        "attribution",
        "reportive",
        "approximator",
    ]
    assert claim.source is not None
    assert claim.source.text == "il Corriere"


@pytest.mark.parametrize(
    "text",
    [
        "Non è chiaro se l'accordo riguardi la rete merci",
        "Non è ancora chiaro, comunque, se l'accordo riguardi la rete merci",
        "Non si sa quanti siano i feriti",
        "Resta da chiarire come il ladro sia entrato",
    ],
)
def test_claim_takes_the_question_that_is_left_open(text: str) -> None:
    (claim,) = spot(document(f"{text}, mentre il sindaco tace."), ()).claims
    assert claim.text == text


def test_predicate_is_the_verb_and_not_the_preposition_before_it() -> None:
    doc = document("Secondo indiscrezioni il gruppo, che ha sede a Lodi, avrebbe venduto la rete.")
    (claim,) = spot(doc, ()).claims
    assert claim.predicate == "avrebbe venduto"


def test_clauses_that_are_told_as_facts_are_no_claims() -> None:
    assert spot(document("La banca ha chiuso circa dieci filiali."), ()).claims == ()


def test_source_named_in_the_next_sentence() -> None:
    report = spot(document("La banca avrebbe chiuso. Lo ha detto un portavoce della ditta."), ())
    (claim,) = report.claims
    assert claim.source is not None
    assert claim.source.text == "un portavoce della ditta"


def test_source_named_in_the_sentence_before() -> None:
    report = spot(document("Così spiega la procura: l'uomo avrebbe sparato."), ())
    (claim,) = report.claims
    assert claim.source is not None
    assert claim.source.text == "la procura"


def test_mentions_in_open_clauses_are_counted() -> None:
    doc = document("Rossi avrebbe venduto. La ditta ha chiuso. Bianchi è partito.")
    report = spot(doc, [entity(doc, "Rossi", "PER"), entity(doc, "Bianchi", "PER")])
    assert [(one.entity.name, one.hedged_mentions, one.mentions) for one in report.by_entity] == [
        ("Rossi", 1, 1),
        ("Bianchi", 0, 1),
    ]


def test_language_without_grammar() -> None:
    assert spot(document("Forse.", "xx"), ()) == HedgeReport((), (), 0.0)
    assert spot(document("Forse.", "und"), ()) == HedgeReport((), (), 0.0)
    assert explain("Forse.", "../it").hedges == ()


def test_regional_tag_reads_its_language() -> None:
    assert spot(document("Forse piove.", "it-CH"), ()).hedge_rate == 1


def test_document_without_sentences() -> None:
    assert spot(Document(None, "", "it", ()), ()) == HedgeReport((), (), 0.0)


def test_explain_tells_what_was_turned_down() -> None:
    explanation = explain("Se avesse i fondi, comprerebbe la villa.", "it")
    assert explanation.hedges == ()
    assert {(one.text, one.reason) for one in explanation.refused} >= {
        ("comprerebbe", "hypothetical")
    }


@pytest.mark.parametrize(
    "text",
    [
        "avrebbe acquistato",
        "e\u0300 probabile che «Forse",
        "L’uomo 😂 avrebbe 𝒅etto\ud800 \x00 secondo",
        "secondo",
        "«" * 50 + "forse" + "»" * 20,
    ],
)
def test_odd_text(text: str) -> None:
    sentence = Span("text", 0, len(text), text)
    for hedge in spot(Document(None, text, "it", (sentence,)), ()).hedges:
        assert text[hedge.start : hedge.end] == hedge.text


WORDS = st.sampled_from(
    [
        "secondo",
        "fonti",
        ",",
        ".",
        ":",
        "«",
        "»",
        "“",
        "”",
        '"',
        "'",
        "–",
        "l'",
        "la",
        "Rossi",
        "avrebbe",
        "sarebbe",
        "acquistato",
        "stato",
        "e",
        "poi",
        "se",
        "avesse",
        "che",
        "ha",
        "detto",
        "forse",
        "circa",
        "dieci",
        "non",
        "😂",
        "è̀",
        "İ",
        "a",
        "quanto",
        "si",
        "apprende",
        "potrebbe",
        "per",
        "dovrebbe",
        "lunedì",
        "\n",
        "voci",
        "di",
        "a",
        "detta",
        "the",
        "said",
        "may",
        "might",
        "have",
        "been",
        "according",
        "to",
        "some",
        "officials",
        "reportedly",
        "about",
        "20",
        "could",
        "not",
        "be",
        "verified",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(WORDS | st.text(max_size=6), max_size=60).map(" ".join),
    st.sampled_from(["it", "en"]),
)
def test_spans_are_their_text(text: str, language: str) -> None:
    doc = document(text, language)
    report = spot(doc, ())
    spans: list[Span] = [*report.hedges, *report.claims]
    spans += [hedge.source for hedge in report.hedges if hedge.source]
    for span in spans:
        assert text[span.start : span.end] == span.text != ""
    assert 0 <= report.hedge_rate <= 1


@pytest.mark.parametrize("piece", ["avrebbe ", "secondo fonti ", "«forse ", "x", "se avesse "])
def test_a_huge_sentence_is_read_once(piece: str) -> None:
    """Read in linear time, this takes a second or two in all."""
    text = piece * (100_000 // len(piece))
    sentence = Span("text", 0, len(text), text)
    assert spot(Document(None, text, "it", (sentence,)), ()).hedge_rate <= 1
