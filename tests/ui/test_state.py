"""What the page remembers, and that it is bounded."""

from __future__ import annotations

import itertools
from typing import Any

import orjson
import pytest

from streams.events import Record
from streams.ui import views
from streams.ui.frames import FrameLog, Limit
from streams.ui.ranking import BUCKETS, ENTITIES_IN_BUCKET, Ranking
from streams.ui.shelf import Shelf
from streams.ui.stage import LIMITS, REMEMBERED_IDS, Stage
from tests.ui import events

ALL = 10_000
NOW = 1.0
offsets = itertools.count()


def numbers(log: FrameLog, after: int = 0, most: int = ALL) -> list[int]:
    return [frame.number for frame in log.after(after, most).frames]


def test_frames_come_in_order_across_kinds() -> None:
    log = FrameLog({"a": Limit(10, 100), "b": Limit(10, 100)})
    for kind in "abba":
        log.add(kind, b"x")
    assert numbers(log) == [1, 2, 3, 4]
    assert numbers(log, after=2) == [3, 4]
    assert numbers(log, most=3) == [1, 2, 3]


@pytest.mark.parametrize("limit", [Limit(3, ALL), Limit(ALL, 30)])
def test_the_oldest_frames_make_room(limit: Limit) -> None:
    log = FrameLog({"a": limit})
    for _ in range(10):
        log.add("a", b"0123456789")
    assert numbers(log) == [8, 9, 10]


def test_a_reader_that_is_too_far_behind_is_told() -> None:
    log = FrameLog({"a": Limit(3, ALL), "state": Limit(1, ALL, lapse=True)})
    for _ in range(5):
        log.add("a", b"x")
        log.add("state", b"y")
    lost_until = 3
    assert log.after(lost_until - 1, ALL).lost
    assert not log.after(lost_until, ALL).lost


def test_a_frame_larger_than_everything_is_not_kept() -> None:
    log = FrameLog({"a": Limit(10, 5)})
    log.add("a", b"0123456789")
    assert numbers(log) == []
    assert log.after(0, ALL).lost


def test_the_shelf_keeps_the_newest_articles_within_its_size() -> None:
    shelf = Shelf(size=20)
    shelf.put("one", "tagged", b"[1,2,3]")
    shelf.put("two", "tagged", b"[4,5,6]")
    shelf.put("two", "hedged", b"[7]")
    assert shelf.get("two") == b'{"tagged":[4,5,6],"hedged":[7]}'
    shelf.put("three", "tagged", b"[8]")
    assert shelf.get("one") is not None
    shelf.put("four", "tagged", b"[9]")
    assert shelf.get("one") is None
    shelf.put("four", "tagged", b"[10]")
    assert shelf.get("four") == b'{"tagged":[10]}'


def by_entity(name: str, mentions: int, hedged: int) -> dict[str, Any]:
    return {
        "entity": {"id": name, "name": name.title(), "type": "PER"},
        "mentions": mentions,
        "hedged_mentions": hedged,
    }


def test_entities_are_ranked_by_hedged_mentions() -> None:
    ranking = Ranking(window=BUCKETS)
    ranking.add([by_entity("anna", 5, 1), by_entity("bert", 3, 3), by_entity("carl", 9, 0)], at=100)
    ranking.add([by_entity("anna", 1, 1)], at=101)
    top = ranking.top(now=101, most=10)
    assert [(item.name, item.hedged, item.mentions) for item in top] == [
        ("Bert", 3, 3),
        ("Anna", 2, 6),
    ]
    assert top[1].series[-2:] == (1, 1)
    assert len(top[1].series) == BUCKETS


def test_the_window_slides() -> None:
    ranking = Ranking(window=BUCKETS)
    ranking.add([by_entity("anna", 1, 1)], at=100)
    assert ranking.top(now=100 + BUCKETS - 1, most=1)[0].series[0] == 1
    assert ranking.top(now=100 + BUCKETS, most=1) == []


def test_events_may_come_out_of_order() -> None:
    ranking = Ranking(window=BUCKETS)
    ranking.add([by_entity("anna", 1, 1)], at=100)
    ranking.add([by_entity("anna", 1, 1)], at=90)
    ranking.add([by_entity("anna", 1, 1)], at=100 - BUCKETS - 5)
    assert ranking.top(now=100, most=1)[0].hedged == 2


def test_a_bucket_counts_so_many_entities_and_no_more() -> None:
    ranking = Ranking(window=BUCKETS)
    ranking.add([by_entity(f"e{n}", 1, 1) for n in range(ENTITIES_IN_BUCKET + 100)], at=100)
    assert len(ranking.top(now=100, most=10**6)) == ENTITIES_IN_BUCKET


def record(event: Any, identifier: str | None = None) -> Record:
    headers = () if identifier is None else (("ce_id", identifier.encode()),)
    value = event if isinstance(event, bytes) else orjson.dumps(event)
    return Record("articles.tagged", 0, next(offsets), 1_000, b"key", value, headers)


def kinds(stage: Stage) -> list[str]:
    return [frame.kind for frame in stage.frames.after(0, ALL).frames]


def test_an_event_that_comes_twice_is_told_once() -> None:
    stage = Stage(window=60)
    event = events.tagged("1", "A text.")
    stage.take("tagged", record(event, "same"), NOW)
    stage.take("tagged", record(event, "same"), NOW)
    stage.take("tagged", record(event, "other"), NOW)
    assert kinds(stage) == ["tagged", "tagged"]


@pytest.mark.parametrize("value", [b"", b"\xff", b"{}", b"[]", b'{"article": 7}'])
def test_what_is_no_event_is_passed_over(value: bytes) -> None:
    stage = Stage(window=60)
    stage.take("tagged", record(value), NOW)
    assert kinds(stage) == []


def test_a_clock_that_runs_ahead_does_not_end_the_ranking() -> None:
    stage = Stage(window=60)
    text = "Anna reportedly left."
    for name, milliseconds in (("ahead", 10**13), ("on-time", 1_000)):
        event = events.hedged(name, text, "reportedly", [by_entity(name, 1, 1)])
        value = orjson.dumps(event)
        letter = Record("articles.hedged", 0, next(offsets), milliseconds, b"key", value)
        stage.take("hedged", letter, NOW)
    stage.rank(NOW)
    [*_, ranking] = stage.frames.after(0, ALL).frames
    assert [item["id"] for item in orjson.loads(ranking.data)["entities"]] == ["ahead", "on-time"]


def test_trouble_is_told_once_and_taken_back() -> None:
    stage = Stage(window=60)
    for trouble in ("no answer", "no answer", None, None):
        stage.tell_trouble(trouble)
    assert [orjson.loads(frame.data) for frame in stage.frames.after(0, ALL).frames] == [
        {"trouble": None}
    ]
    assert stage.frames.after(0, ALL).frames[0].number == 2


def test_the_ranking_is_told_when_it_changes() -> None:
    stage = Stage(window=60)
    text = "Anna reportedly left."
    stage.take(
        "hedged", record(events.hedged("1", text, "reportedly", [by_entity("anna", 1, 1)])), NOW
    )
    for now in (1.0, 1.1, 1.2):
        stage.rank(now)
    assert kinds(stage) == ["hedged", "ranking"]
    stage.rank(now=1_000)
    assert orjson.loads(stage.frames.after(2, ALL).frames[-1].data)["entities"] == []


def test_the_stage_is_bounded() -> None:
    stage = Stage(window=60)
    for number in range(REMEMBERED_IDS // 4):
        stage.take("tagged", record(events.tagged(str(number), "A text."), str(number)), NOW)
    assert len(stage.frames.after(0, ALL).frames) == LIMITS["tagged"].frames


def test_long_texts_are_cut_and_marks_past_the_cut_left_out() -> None:
    text = "é" * (views.TEXT_SHOWN - 2) + " Anna Keller spoke of Anna."
    view = views.tagged(events.tagged("1", text, "Anna Keller"), at=0)
    assert view["text"] == text[: views.TEXT_SHOWN]
    assert view["length"] == len(text)
    assert view["entities"] == []


def test_a_rejected_record_need_not_be_text() -> None:
    view = views.rejected(Record("articles.rejected", 0, 0, 1_000, None, b"\xff\x00<b>", ()))
    assert view["value"] == "\ufffd\x00<b>"
    assert view["key"] is None
