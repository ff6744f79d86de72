"""The tagger as a whole, with the models that ship."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.analysis.entities import EntityTagger, Profile
from streams.analysis.types import Document, Entity, Span

if TYPE_CHECKING:
    from pathlib import Path

PROFILES: tuple[Profile, ...] = get_args(Profile)
ARTICLE = (
    "Il sindaco Giorgio Gori ha incontrato ieri a Bergamo la presidente della Commissione "
    "europea Ursula von der Leyen. "
    "«L'Unione europea sosterrà la Lombardia», ha detto von der Leyen. "
    "Secondo Gori, i fondi arriveranno entro l'anno."
)


@pytest.fixture(scope="module", params=PROFILES)
def tagger(request: pytest.FixtureRequest) -> EntityTagger:
    return EntityTagger(request.param)


def article(text: str, title: str | None = None) -> Document:
    """Return an article whose sentences end at full stops."""
    sentences = [
        Span("text", match.start(), match.end(), match.group())
        for match in re.finditer(r"\S[^.]*\.?", text)
    ]
    if title is not None:
        sentences.insert(0, Span("title", 0, len(title), title))
    return Document(title, text, "it", tuple(sentences))


def found(entities: tuple[Entity, ...]) -> list[tuple[str, str]]:
    return [(entity.text, entity.type) for entity in entities]


def assert_sound(document: Document, entities: tuple[Entity, ...]) -> None:
    """Check what must hold whatever the text is."""
    order = [(entity.field != "title", entity.start, entity.end) for entity in entities]
    assert order == sorted(order)
    for before, after in pairwise(entities):
        assert before.field != after.field or before.end <= after.start
    for entity in entities:
        assert document.field(entity.field)[entity.start : entity.end] == entity.text
        assert entity.text == entity.text.strip() != ""
        assert 0 <= entity.score <= 1
        assert any(
            sentence.field == entity.field
            and sentence.start <= entity.start
            and entity.end <= sentence.end
            for sentence in document.sentences
        )


def test_entities_are_found_with_their_types(tagger: EntityTagger) -> None:
    (entities,) = tagger.tag([article(ARTICLE)])
    assert {("Giorgio Gori", "PER"), ("Bergamo", "LOC"), ("Unione europea", "ORG")} <= set(
        found(entities)
    )


def test_mentions_of_one_person_share_id_and_name(tagger: EntityTagger) -> None:
    (entities,) = tagger.tag([article(ARTICLE)])
    mayors = [entity for entity in entities if "Gori" in entity.text]
    assert [mayor.text for mayor in mayors] == ["Giorgio Gori", "Gori"]
    assert {(mayor.id, mayor.name) for mayor in mayors} == {("per:giorgio-gori", "Giorgio Gori")}


def test_a_title_in_capitals_is_read(tagger: EntityTagger) -> None:
    (entities,) = tagger.tag([article("", title="ANGELA MERKEL IN VISITA A PARIGI")])
    assert found(entities) == [("ANGELA MERKEL", "PER"), ("PARIGI", "LOC")]


def test_a_title_s_entities_come_first(tagger: EntityTagger) -> None:
    (entities,) = tagger.tag([article(ARTICLE, title="Bergamo, Gori incontra von der Leyen")])
    assert entities[0].field == "title"
    assert {entity.field for entity in entities} == {"title", "text"}
    assert_sound(article(ARTICLE, title="Bergamo, Gori incontra von der Leyen"), entities)


def test_what_is_found_does_not_depend_on_the_batch(tagger: EntityTagger) -> None:
    documents = [article(ARTICLE), article("A Roma piove. Angela Merkel è a Berlino."), article("")]
    alone = [tagger.tag([document])[0] for document in documents]
    together = tagger.tag([*documents, *reversed(documents)])
    assert [found(entities) for entities in together] == [
        found(entities) for entities in [*alone, *reversed(alone)]
    ]


@pytest.mark.parametrize("filler", [0, 60, 110, 145, 150, 155, 160, 200, 500])
def test_a_long_sentence_has_no_borders(tagger: EntityTagger, filler: int) -> None:
    text = (
        "e poi ancora " * filler
        + "il ministro Antonio Tajani è arrivato ieri a Parigi per il vertice "
        + "e poi ancora " * filler
    )
    document = Document(None, text, "it", (Span("text", 0, len(text), text),))
    (entities,) = tagger.tag([document])
    assert found(entities) == [("Antonio Tajani", "PER"), ("Parigi", "LOC")]
    assert_sound(document, entities)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Lo ha detto il presidente dell'Ucraina.", "Ucraina"),
        ("Lo ha detto il presidente dell’Ucraina.", "Ucraina"),
        ("Lo ha detto il presidente dellâ€™Ucraina.", "Ucraina"),
        ("Lo ha detto il presidente dell' Ucraina .", "Ucraina"),
        ("È arrivato in (Francia).", "Francia"),
        ("È tornato in “Francia”.", "Francia"),
    ],
)
def test_a_span_is_the_name_without_what_clings_to_it(
    tagger: EntityTagger, text: str, name: str
) -> None:
    (entities,) = tagger.tag([article(text)])
    assert name in [entity.text for entity in entities]


@settings(max_examples=30, deadline=None)
@given(
    st.text(
        alphabet=st.one_of(
            st.characters(codec="utf-8"),
            st.sampled_from("ROMA Milano. è'’\u0301\u200d😀👍🏽\ufe0f\x00\n"),
        ),
        max_size=200,
    )
)
def test_any_text_is_tagged_soundly(tagger: EntityTagger, text: str) -> None:
    document = article(text, title=text)
    assert_sound(document, tagger.tag([document])[0])


def test_a_lone_surrogate_is_tagged_soundly(tagger: EntityTagger) -> None:
    document = article("A \ud800 Roma.")
    assert_sound(document, tagger.tag([document])[0])


def test_a_long_run_without_spaces_is_tagged_soundly(tagger: EntityTagger) -> None:
    document = article("x" * 20_000 + "\u0301" * 1_000 + "😀" * 1_000 + "国" * 5_000)
    assert_sound(document, tagger.tag([document])[0])


def test_no_documents_have_no_entities(tagger: EntityTagger) -> None:
    assert tagger.tag([]) == []


def test_the_model_has_a_name_and_version(tagger: EntityTagger) -> None:
    assert re.fullmatch(r"hedgewire-ner-(accurate|fast)-\d+", tagger.model)


def test_a_gazetteer_wins_over_the_model(tmp_path: Path) -> None:
    names = tmp_path / "names.tsv"
    names.write_text("# id\ttype\tname\nQ62\tPER\tGori Giorgio\tGiorgio Gori\nX1\tMISC\tfondi\n")
    (entities,) = EntityTagger("fast", gazetteer=names).tag([article(ARTICLE)])
    known = {(entity.text, entity.type, entity.id, entity.name) for entity in entities}
    assert ("Giorgio Gori", "PER", "Q62", "Gori Giorgio") in known
    assert ("Gori", "PER", "Q62", "Gori Giorgio") in known
    assert ("fondi", "MISC", "X1", "fondi") in known


@pytest.mark.parametrize("line", ["Q1\tPER", "Q1\tROBOT\tHAL", "Q1 PER Rossi", "\tPER\tRossi"])
def test_a_gazetteer_s_bad_line_is_named(tmp_path: Path, line: str) -> None:
    names = tmp_path / "names.tsv"
    names.write_text(f"Q62\tPER\tGori\n{line}\n")
    with pytest.raises(ValueError, match=r"names\.tsv:2"):
        EntityTagger("fast", gazetteer=names)
