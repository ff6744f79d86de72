"""What a worker tells of itself over HTTP."""

from __future__ import annotations

import socket
from http.client import HTTPConnection
from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

from streams import topics
from streams.connection import producer
from tests.contract.pipeline import is_idle, wait_until, worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.config import Settings

HEDGED = b'{"id": "1", "text": "La societ\\u00e0 avrebbe venduto la sede. Il sindaco parla."}'
PLAIN = b'{"id": "2", "text": "Il sindaco ha inaugurato la scuola.", "language": "it-IT"}'
FOREIGN = b'{"id": "3", "text": "Qapla", "language": "tlh"}'


def free_ports() -> int:
    """Return a port that is free, with a free one after it."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def get(port: int, path: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, response.read().decode()


def scraped(port: int) -> Callable[..., float]:
    """Return the way to a sample of now, by its name and the values of its labels."""
    _, body = get(port, "/metrics")
    samples = {
        (sample.name, frozenset(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(body)
        for sample in family.samples
    }
    return lambda name, *labels: samples[f"hedgewire_{name}", frozenset(labels)]


def test_a_worker_counts_what_it_does(settings: Settings) -> None:
    with producer(settings) as client:
        for value in (HEDGED, PLAIN, FOREIGN, b"{", b""):
            client.send(settings.topic(topics.ARTICLES), key=b"k", value=value)
        client.flush()
    port = free_ports()
    with worker("all", settings, "--serve", str(port)):
        wait_until(lambda: is_idle(settings))
        tagger, spotter = scraped(port), scraped(port + 1)
        assert get(port, "/health")[0] == 200
    assert tagger("records_total", "tagger", "processed") == 3
    assert tagger("records_total", "tagger", "rejected") == 2
    assert tagger("events_total", "tagger", "articles.tagged") == 3
    assert tagger("batch_records_sum", "tagger") == 5
    assert tagger("latency_seconds_count", "tagger") == 5
    assert tagger("handler_failures_total", "tagger") == 0
    assert tagger("model_seconds_total", "tagger") > 0
    assert tagger("model_seconds_total", "tagger") < tagger(
        "stage_seconds_sum", "tagger", "analysis"
    )
    for stage in ("analysis", "delivery"):
        assert tagger("stage_seconds_count", "tagger", stage) >= 1
    assert spotter("sentences_total", "it", "true") == 1
    assert spotter("sentences_total", "it", "false") == 2
    assert spotter("sentences_total", "other", "false") == 1
    assert spotter("events_total", "spotter", "articles.hedged") == 1
