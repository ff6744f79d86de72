"""Mentions of one name have one type, unless the model is sure of another."""

from __future__ import annotations

from streams.analysis.entities.agreement import SURE, Mention, agree


def test_the_better_supported_type_wins() -> None:
    mentions = [
        Mention("Enel", "ORG", 0.9),
        Mention("ENEL", "LOC", 0.6),
        Mention("Enel", "ORG", 0.5),
    ]
    assert agree(mentions) == ["ORG", "ORG", "ORG"]


def test_several_weak_mentions_can_outweigh_a_stronger_one() -> None:
    mentions = [
        Mention("Enel", "LOC", 0.7),
        Mention("Enel", "ORG", 0.5),
        Mention("Enel", "ORG", 0.5),
    ]
    assert agree(mentions) == ["ORG", "ORG", "ORG"]


def test_a_surname_is_the_person_s() -> None:
    mentions = [Mention("Dario Costa", "PER", 0.9), Mention("Costa", "LOC", 0.6)]
    assert agree(mentions) == ["PER", "PER"]


def test_a_sure_mention_keeps_its_type() -> None:
    mentions = [
        Mention("Roma", "ORG", 0.99),
        Mention("Roma", "LOC", SURE),
        Mention("Roma", "ORG", 0.9),
    ]
    assert agree(mentions) == ["ORG", "LOC", "ORG"]


def test_other_names_have_no_say() -> None:
    mentions = [Mention("Corea del Sud", "LOC", 0.9), Mention("Corea del Nord", "ORG", 0.5)]
    assert agree(mentions) == ["LOC", "ORG"]


def test_no_mentions_have_no_types() -> None:
    assert agree([]) == []
