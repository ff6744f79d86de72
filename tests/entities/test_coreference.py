"""Mentions of one entity share their identity; what is only similar stays apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from streams.analysis.entities.coreference import Mention, resolve

if TYPE_CHECKING:
    from streams.analysis.types import EntityType


def groups(*mentions: tuple[str, EntityType]) -> list[list[str]]:
    """Return the texts of mentions that were given one identity, in order of first mention."""
    found: dict[str, list[str]] = {}
    identities = resolve([Mention(text, kind) for text, kind in mentions])
    for (text, _), identity in zip(mentions, identities, strict=True):
        found.setdefault(identity.id, []).append(text)
    return list(found.values())


@pytest.mark.parametrize(
    "together",
    [
        [("Elon Musk", "PER"), ("Musk", "PER")],
        [("Musk", "PER"), ("Elon Musk", "PER")],
        [("ELON MUSK", "PER"), ("Elon Musk", "PER")],
        [("Giorgia Meloni", "PER"), ("Giorgia", "PER")],
        [("Mario Rossi", "PER"), ("M. Rossi", "PER"), ("Sig. Rossi", "PER")],
        [("George W. Bush", "PER"), ("George Bush", "PER"), ("Bush", "PER")],
        [("Ursula von der Leyen", "PER"), ("von der Leyen", "PER")],
        [("Nicolás Maduro", "PER"), ("Nicolas Maduro", "PER")],
        [("Jean-Luc Picard", "PER"), ("Picard", "PER")],
        [("Banca centrale europea", "ORG"), ("BCE", "ORG")],
        [("North Atlantic Treaty Organization", "ORG"), ("NATO", "ORG")],
        [("O.N.U.", "ORG"), ("ONU", "ORG"), ("Organizzazione delle Nazioni Unite", "ORG")],
        [("Leonardo S.p.A.", "ORG"), ("Leonardo", "ORG")],
        [("Apple Inc.", "ORG"), ("Apple", "ORG")],
        [("Emirati Arabi Uniti", "LOC"), ("EAU", "LOC")],
        [("SÃO PAULO", "LOC"), ("São Paulo", "LOC")],
    ],
    ids=lambda mentions: mentions[-1][0],
)
def test_names_of_one_entity_are_joined(together: list[tuple[str, EntityType]]) -> None:
    assert len(groups(*together)) == 1


@pytest.mark.parametrize(
    "apart",
    [
        [("Google", "ORG"), ("Alphabet", "ORG")],
        [("Google", "ORG"), ("Google Cloud", "ORG")],
        [("Bill Clinton", "PER"), ("Hillary Clinton", "PER")],
        [("Washington", "LOC"), ("Washington", "PER")],
        [("York", "LOC"), ("New York", "LOC")],
        [("Corea del Nord", "LOC"), ("Corea del Sud", "LOC")],
        [("Mario Rossi", "PER"), ("Maria Rossi", "PER")],
        [("Banca d'Italia", "ORG"), ("Banca", "ORG")],
    ],
    ids=lambda mentions: mentions[-1][0],
)
def test_names_of_two_entities_stay_apart(apart: list[tuple[str, EntityType]]) -> None:
    assert len(groups(*apart)) == len(apart)


def test_a_surname_that_two_people_share_is_nobody_s() -> None:
    assert groups(("Bill Clinton", "PER"), ("Hillary Clinton", "PER"), ("Clinton", "PER")) == [
        ["Bill Clinton"],
        ["Hillary Clinton"],
        ["Clinton"],
    ]


def test_the_fullest_name_is_the_canonical_one() -> None:
    mentions = [Mention("MUSK", "PER"), Mention("ELON MUSK", "PER"), Mention("Elon Musk", "PER")]
    assert {identity.name for identity in resolve(mentions)} == {"Elon Musk"}


def test_an_id_is_made_from_the_name_alone() -> None:
    (here,) = resolve([Mention("Elon Musk", "PER")])
    there = resolve([Mention("Milano", "LOC"), Mention("Musk", "PER"), Mention("Elon Musk", "PER")])
    assert here.id == there[1].id == there[2].id == "per:elon-musk"


def test_a_known_id_goes_to_all_mentions() -> None:
    mentions = [Mention("Musk", "PER"), Mention("Elon Musk", "PER", "Q317521", "Elon Musk")]
    assert [identity.id for identity in resolve(mentions)] == ["Q317521", "Q317521"]


def test_a_name_without_letters_has_an_identity() -> None:
    assert len(groups(("…", "MISC"), ("…", "MISC"), ("😀", "MISC"))) == 2
