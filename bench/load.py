"""Publishing at a rate or as a backlog, and watching the events arrive.

The peers' client is confluent-kafka, the cheapest at hand: what it costs is not measured, and
is on the same machine.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Self

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

from streams import topics

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streams.article import Article
    from streams.config import Settings

OUTPUTS = (topics.TAGGED, topics.HEDGED, topics.CLAIMS)
WATCH_TIMEOUT_SECONDS = 300.0


class Source:
    """Publishes to the articles of one prefix."""

    def __init__(self, settings: Settings) -> None:
        self._topic = settings.topic(topics.ARTICLES)
        self._producer = Producer(
            {
                "bootstrap.servers": settings.bootstrap_servers,
                "log_level": 0,
                "linger.ms": 0,
                "queue.buffering.max.messages": 1_000_000,
                "queue.buffering.max.kbytes": 2_000_000,
            }
        )

    def backlog(self, articles: Sequence[Article]) -> None:
        """Publish all at once and wait until they are stored."""
        for article in articles:
            self._send(article)
        self._producer.flush()

    def open_loop(self, articles: Sequence[Article], times: Sequence[float]) -> dict[str, float]:
        """Publish each at its time, in seconds from now, however slow what reads them is.

        Returns when each was due, by ``time.perf_counter``: latency counted from there leaves
        nothing out where the sender itself was late (coordinated omission).
        """
        start = time.perf_counter()
        due = {}
        for article, at in zip(articles, times, strict=True):
            due[article.id] = start + at
            self._producer.poll(max(0.0, start + at - time.perf_counter()))
            while time.perf_counter() < start + at:
                time.sleep(max(0.0, start + at - time.perf_counter()))
            self._send(article)
        self._producer.flush()
        return due

    def _send(self, article: Article) -> None:
        self._producer.produce(self._topic, article.raw, article.id.encode())
        self._producer.poll(0)


class Watcher:
    """Counts the events of one prefix as they arrive, from the beginning of their topics."""

    def __init__(self, settings: Settings, partitions: int) -> None:
        self._settings = settings
        self._consumer = Consumer(
            {
                "bootstrap.servers": settings.bootstrap_servers,
                "log_level": 0,
                "group.id": "none",
                "enable.auto.commit": False,
                "fetch.wait.max.ms": 20,
            }
        )
        self._consumer.assign(
            [
                TopicPartition(settings.topic(name), number, OFFSET_BEGINNING)
                for name in OUTPUTS
                for number in range(partitions)
            ]
        )
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.counts: Counter[str] = Counter()
        """Events so far, by topic without prefix."""
        self.arrivals: dict[str, dict[str, float]] = defaultdict(dict)
        """When the first event of each key came, by topic, by ``time.perf_counter``."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped = True
        self._thread.join()
        self._consumer.close()

    def rest(self) -> None:
        """Ask the broker for nothing until ``resume``: asking costs a tenth of a core."""
        self._consumer.pause(self._consumer.assignment())

    def resume(self) -> None:
        """Go on where it rested."""
        self._consumer.resume(self._consumer.assignment())

    def wait(self, expected: Mapping[str, int]) -> float:
        """Return when the last of so many more events had come, by ``time.perf_counter``.

        Raises:
            TimeoutError: They did not come.
        """
        with self._changed:
            reached = self._changed.wait_for(
                lambda: all(self.counts[topic] >= count for topic, count in expected.items()),
                WATCH_TIMEOUT_SECONDS,
            )
            if not reached:
                raise TimeoutError(f"{dict(expected)} events did not come, only {self.counts}")
            return time.perf_counter()

    def _watch(self) -> None:
        prefix = len(self._settings.topic_prefix)
        while not self._stopped:
            # Of what it is asked for, the client waits for the last.
            messages = self._consumer.consume(1, timeout=0.1)
            if messages:
                messages += self._consumer.consume(500, timeout=0)
            now = time.perf_counter()
            with self._changed:
                for message in messages:
                    if message.error() is None:
                        topic = (message.topic() or "")[prefix:]
                        self.counts[topic] += 1
                        self.arrivals[topic].setdefault((message.key() or b"").decode(), now)
                if messages:
                    self._changed.notify_all()
