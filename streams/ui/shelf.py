"""The newest events whole, as they were received, by the id of their article."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

import orjson


class Shelf:
    """Events by article and kind; the articles that came first make room. For any thread.

    ``size`` is the most that is kept, in bytes of events.
    """

    def __init__(self, size: int) -> None:
        self._limit = size
        self._size = 0
        self._articles: OrderedDict[str, dict[str, bytes]] = OrderedDict()
        self._lock = Lock()

    def put(self, article_id: str, kind: str, event: bytes) -> None:
        """Keep an event; a later one of the same kind takes its place."""
        with self._lock:
            events = self._articles.setdefault(article_id, {})
            self._size += len(event) - len(events.get(kind, b""))
            events[kind] = event
            while self._size > self._limit:
                _, oldest = self._articles.popitem(last=False)
                self._size -= sum(map(len, oldest.values()))

    def get(self, article_id: str) -> bytes | None:
        """Return an article's events as one JSON object by kind, ``None`` if none are kept."""
        with self._lock:
            events = dict(self._articles.get(article_id, {}))
        if not events:
            return None
        return orjson.dumps({kind: orjson.Fragment(event) for kind, event in events.items()})
