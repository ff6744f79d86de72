"""What the page knows: records and lag reports come in, frames for the browsers go out."""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson

from streams.article import MalformedError, parse_json
from streams.ui import views
from streams.ui.frames import FrameLog, Limit
from streams.ui.ranking import Ranking
from streams.ui.shelf import Shelf
from streams.validation import InvalidError, SchemaName, validate

if TYPE_CHECKING:
    from streams.events import Record
    from streams.lag import Report

log = logging.getLogger(__name__)

ARTICLES = 1_000
"""Articles that the page holds, newest first; browsers are told so and hold as many."""

MIB = 1024 * 1024
LIMITS = {
    "tagged": Limit(ARTICLES, 32 * MIB),
    "hedged": Limit(ARTICLES, 32 * MIB),
    "rejected": Limit(200, MIB),
    "health": Limit(300, 4 * MIB, lapse=True),
    "ranking": Limit(1, MIB, lapse=True),
    "cluster": Limit(1, MIB, lapse=True),
}
SHELF_BYTES = 64 * MIB
REMEMBERED_IDS = 10_000
RANKED = 25


class Stage:
    """All state of the page, bounded; one thread each calls ``take`` and ``judge``.

    Attributes:
        frames: What browsers are told.
        shelf: The newest events whole.
    """

    def __init__(self, window: float) -> None:
        self.frames = FrameLog(LIMITS)
        self.shelf = Shelf(SHELF_BYTES)
        self._window = window
        self._ranking = Ranking(window)
        self._ranked: list[Any] | None = None
        self._trouble: str | None = None
        self._seen: OrderedDict[str, None] = OrderedDict()

    def take(self, kind: str, record: Record, now: float) -> None:
        """Take a record of one of the topics, whose stream is called ``kind``.

        Delivery is at least once: an event that was here already is passed over, and so is what
        is no event of ours.
        """
        place = f"{record.topic}[{record.partition}]@{record.offset}"
        if kind == "rejected":
            # A letter is what one record is; it is read again where the topic is begun anew.
            if not self._is_repeated(place):
                self.frames.add(kind, orjson.dumps(views.rejected(record)))
            return
        if self._is_repeated(record.header("ce_id") or place):
            return
        schema: SchemaName = "tagged" if kind == "tagged" else "hedged"
        try:
            event = parse_json(record.value)
            validate(schema, event)
        except (MalformedError, InvalidError) as error:
            log.warning("passed over %s, which is no event of ours: %s", place, error)
            return
        # A producer's clock that runs ahead does not carry the ranking into the future.
        at = min(record.timestamp / 1000, now)
        view = views.tagged if kind == "tagged" else views.hedged
        self.shelf.put(event["article"]["id"], kind, record.value or b"")
        self.frames.add(kind, orjson.dumps(view(event, at)))
        if kind == "hedged":
            self._ranking.add(event["by_entity"], at)

    def rank(self, now: float) -> None:
        """Tell who is hedged about in the window that ends now, where that has changed."""
        ranked = [asdict(item) for item in self._ranking.top(now, RANKED)]
        if ranked != self._ranked:
            self._ranked = ranked
            self.frames.add("ranking", orjson.dumps({"window": self._window, "entities": ranked}))

    def judge(self, report: Report) -> None:
        """Take a report of the lag."""
        self.frames.add("health", orjson.dumps(views.health(report)))

    def tell_trouble(self, trouble: str | None) -> None:
        """Tell what is the matter with the cluster, ``None`` where nothing is."""
        if trouble != self._trouble:
            self._trouble = trouble
            self.frames.add("cluster", orjson.dumps({"trouble": trouble}))

    def _is_repeated(self, identifier: str) -> bool:
        if identifier in self._seen:
            return True
        self._seen[identifier] = None
        if len(self._seen) > REMEMBERED_IDS:
            self._seen.popitem(last=False)
        return False
