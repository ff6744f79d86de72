"""Whether a worker lives: it is given up when records wait for it and it does not move.

Faust notices such a thing and only logs it. The watch asks the brokers what is committed and
what there is, from a thread and by a client of its own, and so does not believe Faust.
"""

from __future__ import annotations

import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import orjson
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from streams.connection import BrokerUnreachableError
from streams.lag import lag_monitor

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from prometheus_client import CollectorRegistry

    from streams.config import Settings
    from streams.lag.observation import Observation

log = logging.getLogger(__name__)

POLL_SECONDS = 10.0
LONG_BATCH_SECONDS = 30.0
"""Work on one batch that takes longer is no standstill; it is bounded by timeouts of its own."""

Place = tuple[str, int]


class Progress:
    """Remembers since when partitions that have records to process have stood still."""

    def __init__(self) -> None:
        self._still: dict[Place, tuple[int | None, float]] = {}

    def observe(self, observations: Iterable[Observation], now: float, *, at_work: bool) -> None:
        """Take note of what is committed at the moment ``now``, in seconds of any steady clock.

        ``at_work`` says that one batch is long in hand, so that nothing can be expected to move.
        """
        waiting = {
            (each.topic, each.partition): each.committed for each in observations if each.lag
        }
        self._still = {
            place: (committed, now)
            if at_work or place not in self._still or self._still[place][0] != committed
            else self._still[place]
            for place, committed in waiting.items()
        }

    def stalled(self, mine: Collection[Place], now: float, patience: float) -> list[Place]:
        """Return the partitions that have not moved for longer than ``patience`` seconds.

        Only those of ``mine`` count, or all where there are none: a worker that is given nothing
        is a fault only if nobody else does the work.
        """
        return sorted(
            place
            for place, (_, since) in self._still.items()
            if now - since > patience and (place in mine or not mine)
        )


class Watch(threading.Thread):
    """Looks at a worker's progress, and calls ``give_up`` when there is none.

    Args:
        settings: Of the cluster.
        group: The worker's consumer group.
        topic: The full name of the topic that it reads.
        mine: Returns the partitions that the worker has.
        busy_since: Returns when it took the batch in hand (``time.monotonic``), ``None`` if idle.
        patience: How many seconds a partition may stand still.
        give_up: Called from this thread.
    """

    def __init__(
        self,
        settings: Settings,
        group: str,
        topic: str,
        *,
        mine: Callable[[], Collection[Place]],
        busy_since: Callable[[], float | None],
        patience: float,
        give_up: Callable[[], object],
    ) -> None:
        super().__init__(name="watch", daemon=True)
        self._settings = settings
        self._group = group
        self._topic = topic
        self._mine = mine
        self._busy_since = busy_since
        self._patience = patience
        self._give_up = give_up
        self._progress = Progress()
        self.status: dict[str, object] = {"status": "starting"}

    @property
    def healthy(self) -> bool:
        """Whether nothing is known against the worker."""
        return self.status["status"] != "stalled"

    def run(self) -> None:
        """Poll for as long as the process lives."""
        while True:
            try:
                with lag_monitor(self._settings, [self._group], [self._topic]) as monitor:
                    while True:
                        self._judge([each.observation for each in monitor.poll().verdicts])
                        time.sleep(POLL_SECONDS)
            except BrokerUnreachableError as error:
                # A worker cannot help that, nor would another in its place.
                self.status = {"status": "unreachable", "reason": str(error)}
                time.sleep(POLL_SECONDS)

    def _judge(self, observations: list[Observation]) -> None:
        now = time.monotonic()
        busy_since = self._busy_since()
        at_work = busy_since is not None and now - busy_since > LONG_BATCH_SECONDS
        self._progress.observe(observations, now, at_work=at_work)
        stalled = self._progress.stalled(self._mine(), now, self._patience)
        lag = sum(each.lag or 0 for each in observations)
        if stalled:
            places = [f"{topic}[{partition}]" for topic, partition in stalled]
            self.status = {"status": "stalled", "lag": lag, "partitions": places}
            log.error("no progress for %.0f s on %s", self._patience, ", ".join(places))
            self._give_up()
        else:
            self.status = {"status": "ok", "lag": lag}


def serve(watch: Watch, registry: CollectorRegistry, host: str, port: int) -> None:
    """Answer probes and Prometheus from now on.

    ``/metrics`` has the worker's metrics; any other path answers 200, or 503 once the worker
    has stalled.

    Raises:
        OSError: The address is taken or not ours.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.partition("?")[0] == "/metrics":
                self._answer(200, CONTENT_TYPE_LATEST, generate_latest(registry))
            else:
                healthy = 200 if watch.healthy else 503
                self._answer(healthy, "application/json", orjson.dumps(watch.status))

        def _answer(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Log no probes."""

    server = ThreadingHTTPServer((host, port), Handler)
    threading.Thread(target=server.serve_forever, name="http", daemon=True).start()
