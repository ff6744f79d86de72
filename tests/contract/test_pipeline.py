"""What is promised to users, with real workers on a real broker."""

from __future__ import annotations

import signal
from importlib.resources import files
from typing import TYPE_CHECKING

import orjson

from streams import topics
from streams.client import Publisher
from streams.connection import producer
from streams.replay import replay_rejected
from streams.validation import SchemaName, validate
from tests.contract.pipeline import (
    distinct_ids,
    is_idle,
    read_all,
    start_worker,
    wait_until,
    worker,
)

if TYPE_CHECKING:
    from streams.config import Settings

SAMPLES = [
    orjson.loads(line)
    for line in (files("streams") / "samples" / "articles.jsonl").read_bytes().splitlines()
]

BAD: dict[str, bytes | None] = {
    "not JSON": b"{not json",
    "not UTF-8": b'{"id": "x", "text": "perch\xe9"}',
    "no text": b'{"id": "x"}',
    "wrong types": b'{"id": "x", "text": ["a"]}',
    "lone surrogate": b'{"id": "x", "text": "a\\ud800"}',
    "NUL": b'{"id": "x", "text": "a\\u0000b"}',
    "10 MB of text": b'{"id": "x", "text": "' + b"parola " * 1_500_000 + b'"}',
    "empty value": b"",
    "tombstone": None,
    "no language at all": b'{"id": "x", "text": "a", "language": "?"}',
}
ODD = [
    {"id": "odd-language", "text": "Qapla'! Heghlu'meH QaQ jajvam.", "language": "tlh"},
    {"id": "odd-emoji", "text": "👩‍👩‍👧 Elena Marchetti avrebbe 😂 venduto. e\u0301\u0300"},
    {"id": "odd-order", "text": "\u202eElena Marchetti\u202c forse è a Torino.", "title": "\u200b"},
]


def test_every_article_comes_out_and_every_bad_record_is_kept(settings: Settings) -> None:
    with producer(settings) as client:
        # Good and bad in turn, so that every batch of the tagger has both.
        for article, (name, value) in zip(
            [*SAMPLES, *ODD], [*BAD.items(), *BAD.items()], strict=False
        ):
            client.send(
                settings.topic(topics.ARTICLES),
                key=article["id"].encode(),
                value=orjson.dumps(article),
            )
            client.send(
                settings.topic(topics.ARTICLES),
                key=name.encode(),
                value=value,
                headers=[("trace", b"\x00\xff")],
            )
        client.flush()
    sent_bad = len([*SAMPLES, *ODD])
    with worker("all", settings):
        wait_until(lambda: is_idle(settings))

    tagged = read_all("tagged", settings)
    assert len(distinct_ids(tagged)) == len([*SAMPLES, *ODD])
    published = {article["id"]: article for article in [*SAMPLES, *ODD]}
    for record in tagged:
        event = orjson.loads(record.value or b"")
        validate("tagged", event)
        assert event["article"] == published.pop(event["article"]["id"])
        assert record.key == event["article"]["id"].encode()
        for span in [*event["sentences"], *event["entities"]]:
            assert event["article"][span["field"]][span["start"] : span["end"]] == span["text"]
    assert published == {}

    kinds: dict[str, SchemaName] = {"hedged": "hedged", "claims": "claim"}
    hedged = read_all("hedged", settings)
    claims = read_all("claims", settings)
    for records, kind in ((hedged, kinds["hedged"]), (claims, kinds["claims"])):
        assert records
        assert len(distinct_ids(records)) == len(records)
        for record in records:
            validate(kind, orjson.loads(record.value or b""))
            assert record.header("ce_type") == f"hedgewire.{kind}.v1"
            assert record.header("content-type") == "application/json"
    assert {"sample-it-1", "sample-en-1"} <= {record.header("ce_subject") for record in hedged}
    assert "sample-it-3" not in {record.header("ce_subject") for record in hedged}

    rejected = read_all("rejected", settings)
    assert len(rejected) == sent_bad
    for record in rejected:
        assert record.value == BAD[(record.key or b"").decode()]
        assert record.header("source.topic") == settings.topic(topics.ARTICLES)
        assert record.header("processor") == "tagger"
        assert record.header("error")
        assert record.header("error.message")
        assert dict(record.headers)["source.header.trace"] == b"\x00\xff"
    places = {(r.header("source.partition"), r.header("source.offset")) for r in rejected}
    assert len(places) == sent_bad


def test_rejected_records_are_put_back_once(settings: Settings) -> None:
    with producer(settings) as client:
        for number in range(5):
            client.send(settings.topic(topics.ARTICLES), key=b"k", value=b"{%d" % number)
        client.flush()
    with worker("tagger", settings):
        wait_until(lambda: is_idle(settings, groups=1))
    assert len(list(replay_rejected(settings))) == 5
    assert list(replay_rejected(settings)) == []
    again = [record.value for record in read_all("articles", settings)]
    assert sorted(v for v in again if v) == sorted([b"{%d" % n for n in range(5)] * 2)


def test_a_killed_worker_loses_nothing(settings: Settings) -> None:
    """Kill the tagger in the middle of its work, again and again, and let a last one finish."""
    articles = [
        {
            "id": f"{number}",
            "text": f"La società numero {number} avrebbe venduto la sede di Torino.",
        }
        for number in range(600)
    ]
    with Publisher(settings) as publisher:
        for article in articles:
            publisher.publish(article)
    seen = 0
    for _ in range(2):
        process = start_worker("tagger", settings)
        wait_until(lambda: len(read_all("tagged", settings)) > seen or is_idle(settings, 1))  # noqa: B023
        process.send_signal(signal.SIGKILL)
        process.wait()
        seen = len(read_all("tagged", settings))
    with worker("all", settings):
        wait_until(lambda: is_idle(settings))
    tagged = read_all("tagged", settings)
    assert {record.header("ce_subject") for record in tagged} == {a["id"] for a in articles}
    assert len(distinct_ids(tagged)) == len(articles)
    hedged = read_all("hedged", settings)
    assert len(distinct_ids(hedged)) == len(articles)
