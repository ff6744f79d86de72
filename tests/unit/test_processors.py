"""The processors as pure functions from records to events."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from streams.config import Settings
from streams.events import Event, Record
from streams.processors import spotter, tagger
from streams.processors.policy import Policy
from streams.processors.processor import Handler, Outcome, Processed, Rejection
from streams.processors.rejection import ORIGINAL, rejected_event
from streams.validation import SchemaName, validate

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HEDGED = "Elena Marchetti avrebbe venduto la sede di Torino, secondo fonti vicine al dossier."


def record(value: bytes | None, **fields: Any) -> Record:
    return Record("articles", 0, 0, 1_767_323_045_000, b"key", value, **fields)


def article(id_: str = "a", text: str = HEDGED, **fields: Any) -> bytes:
    return orjson.dumps({"id": id_, "text": text} | fields)


@pytest.fixture(scope="module")
def tag() -> Handler:
    return tagger.load(Settings())


@pytest.fixture(scope="module")
def spot() -> Handler:
    return spotter.load(Settings())


def events(outcomes: Sequence[Outcome]) -> list[Event]:
    found: list[Event] = []
    for outcome in outcomes:
        assert not isinstance(outcome, Rejection)
        found += outcome.events
    return found


def headers(event: Event) -> dict[str, str]:
    return {name: value.decode() for name, value in event.headers}


def test_outcomes_are_in_the_order_of_the_records(tag: Handler) -> None:
    outcomes = tag([record(article("1")), record(b"{"), record(article("2")), record(None)], NOW)
    assert [
        outcome.code if isinstance(outcome, Rejection) else outcome.events[0].key
        for outcome in outcomes
    ] == [b"1", "not-json", b"2", "tombstone"]


def test_the_article_comes_through_untouched(tag: Handler) -> None:
    raw = b'{ "id":"a","text":"Va bene.", "big": 123456789012345678901234567890, "x": 1.10 }'
    [event] = events(tag([record(raw)], NOW))
    assert event.value is not None
    assert raw in event.value


def test_tagged_events_keep_the_contract(tag: Handler) -> None:
    [event] = events(tag([record(article(title="Vendita a Torino"))], NOW))
    assert event.topic == "articles.tagged"
    assert event.key == b"a"
    value = orjson.loads(event.value or b"")
    validate("tagged", value)
    assert value["language"] == "it"
    assert value["processed_at"] == "2026-01-02T03:04:05.000Z"
    assert {entity["text"] for entity in value["entities"]} >= {"Elena Marchetti", "Torino"}
    assert headers(event) == {
        "ce_specversion": "1.0",
        "ce_id": headers(event)["ce_id"],
        "ce_source": "/hedgewire/tagger",
        "ce_type": "hedgewire.tagged.v1",
        "ce_time": "2026-01-02T03:04:05.000Z",
        "ce_subject": "a",
        "ce_dataschema": "urn:hedgewire:schema:tagged:1",
        "content-type": "application/json",
    }


@pytest.mark.parametrize("size", [1, 2, 7])
def test_an_article_is_tagged_the_same_in_any_batch(tag: Handler, size: int) -> None:
    texts = [HEDGED, "Il sindaco di Bari ha inaugurato la scuola.", "Nulla."] * 3
    records = [record(article(str(number), text)) for number, text in enumerate(texts)]
    batches = [records[i : i + size] for i in range(0, len(records), size)]
    one_by_one = events([outcome for r in records for outcome in tag([r], NOW)])
    assert events([outcome for batch in batches for outcome in tag(batch, NOW)]) == one_by_one


def tagged_record(tag: Handler, value: bytes, now: datetime = NOW) -> Record:
    [event] = events(tag([record(value)], now))
    return Record("articles.tagged", 0, 0, 0, event.key, event.value, event.headers)


def test_hedged_and_claim_events_keep_the_contract(tag: Handler, spot: Handler) -> None:
    found = events(spot([tagged_record(tag, article(source="Gazzetta"))], NOW))
    assert found[0].topic == "articles.hedged"
    kinds: dict[str, SchemaName] = {"articles.hedged": "hedged", "claims": "claim"}
    for event in found:
        value = orjson.loads(event.value or b"")
        validate(kinds[event.topic], value)
        assert value["article"] == {"id": "a", "source": "Gazzetta"}
        assert headers(event)["ce_dataschema"].endswith(f":{kinds[event.topic]}:1")
    claims = [event for event in found if event.topic == "claims"]
    assert claims
    rates = {
        item["entity"]["name"]: (item["hedged_mentions"], item["mentions"])
        for item in orjson.loads(found[0].value or b"")["by_entity"]
    }
    assert rates["Elena Marchetti"] == (1, 1)
    for event in claims:
        claim = orjson.loads(event.value or b"")["claim"]
        expected = claim["entities"][0]["id"] if claim["entities"] else "a"
        assert event.key == expected.encode()


def test_an_article_without_doubt_makes_no_hedged_event(tag: Handler, spot: Handler) -> None:
    plain = article(text="Il sindaco ha inaugurato la scuola.")
    [outcome] = spot([tagged_record(tag, plain)], NOW)
    assert outcome == Processed((), language="it", sentences=1, hedged_sentences=0)


def test_ids_depend_on_the_article_and_not_on_the_time(tag: Handler, spot: Handler) -> None:
    later = datetime(2027, 1, 1, tzinfo=UTC)
    first = events(spot([tagged_record(tag, article())], NOW))
    again = events(spot([tagged_record(tag, article(), later)], later))
    other = events(spot([tagged_record(tag, article(note="changed"))], NOW))
    assert [headers(e)["ce_id"] for e in first] == [headers(e)["ce_id"] for e in again]
    ids = [headers(event)["ce_id"] for event in (*first, *other)]
    assert len(set(ids)) == len(ids)


def test_a_tagged_event_with_offsets_in_bytes_is_refused(tag: Handler, spot: Handler) -> None:
    value = orjson.loads(
        tagged_record(tag, article(text="Città: Elena Marchetti parla.")).value or b""
    )
    value["entities"][0]["start"] += 1
    value["entities"][0]["end"] += 1
    [outcome] = spot([record(orjson.dumps(value))], NOW)
    assert isinstance(outcome, Rejection)
    assert outcome.code == "invalid-tagged"
    assert "code points" in outcome.message


@pytest.mark.parametrize("value", [None, b"", b"{", b"{}", article()])
def test_the_spotter_refuses_what_is_not_tagged(spot: Handler, value: bytes | None) -> None:
    [outcome] = spot([record(value)], NOW)
    assert isinstance(outcome, Rejection)


def test_a_dead_letter_keeps_the_record_and_says_why() -> None:
    original = record(b"\xff", headers=(("trace", b"\x00\xff"), ("error", b"mine")))
    event = rejected_event(original, Rejection("not-utf8", "byte 0"), "tagger", NOW)
    assert (event.topic, event.key, event.value) == ("articles.rejected", b"key", b"\xff")
    found = dict(event.headers)
    assert found["error"] == b"not-utf8"
    assert found["error.message"] == b"byte 0"
    assert found["source.topic"] == b"articles"
    assert found["source.offset"] == b"0"
    assert found["processor"] == b"tagger"
    assert found[ORIGINAL + "trace"] == b"\x00\xff"
    assert found[ORIGINAL + "error"] == b"mine"


def test_a_batch_takes_no_longer_than_it_may_unless_the_worker_is_behind() -> None:
    policy = Policy(batch_records=64, batch_seconds=0.05, behind_records=32)
    assert policy.batch_size(waiting=8, seconds_each=0.02) == 2
    assert policy.batch_size(waiting=4, seconds_each=3.0) == 1
    assert policy.batch_size(waiting=8, seconds_each=0.001) == 8
    assert policy.batch_size(waiting=16, seconds_each=3.0) == 8
    assert policy.batch_size(waiting=32, seconds_each=3.0) == 32
    assert policy.batch_size(waiting=64, seconds_each=3.0) == 64
    assert policy.batch_size(waiting=65, seconds_each=0.0001) == 64
