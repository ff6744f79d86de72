"""What a worker counts of itself, for Prometheus.

All names begin with ``hedgewire_``; durations are in seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import Counter, Histogram, ProcessCollector

from streams.processors.processor import Rejection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prometheus_client import CollectorRegistry

    from streams.events import Record
    from streams.processors.processor import Outcome

BATCH_BUCKETS = (1, 2, 4, 8, 16, 32, 64)
STAGE_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)
LATENCY_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)


class WorkerMetrics:
    """The metrics of one processor in one worker."""

    def __init__(self, processor: str, registry: CollectorRegistry) -> None:
        self._processor = processor
        self._records = Counter(
            "hedgewire_records",
            "Records read, by what became of them: processed or rejected.",
            ("processor", "outcome"),
            registry=registry,
        )
        self._events = Counter(
            "hedgewire_events",
            "Events stored by the broker, without dead letters.",
            ("processor", "topic"),
            registry=registry,
        )
        self._sentences = Counter(
            "hedgewire_sentences",
            "Sentences read by the spotter, by language and by whether they are hedged.",
            ("language", "hedged"),
            registry=registry,
        )
        self._batch = Histogram(
            "hedgewire_batch_records",
            "Records handled at once.",
            ("processor",),
            buckets=BATCH_BUCKETS,
            registry=registry,
        )
        self._stages = Histogram(
            "hedgewire_stage_seconds",
            "Time over a batch: in its analysis, and until its events are stored.",
            ("processor", "stage"),
            buckets=STAGE_BUCKETS,
            registry=registry,
        )
        self._latency = Histogram(
            "hedgewire_latency_seconds",
            "From a record's timestamp until all events made from it are stored.",
            ("processor",),
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self._model = Counter(
            "hedgewire_model_seconds",
            "Time spent in the model, a part of that of the analysis.",
            ("processor",),
            registry=registry,
        )
        self._failures = Counter(
            "hedgewire_handler_failures",
            "How often the process that does the analysis raised, died or was out of time.",
            ("processor",),
            registry=registry,
        )
        # Memory, processor time, and the start, whose changes are the worker's restarts.
        ProcessCollector(registry=registry)
        # A rate needs to have seen the zero.
        self._failures.labels(processor)
        for outcome in ("processed", "rejected"):
            self._records.labels(processor, outcome)

    def handler_failed(self) -> None:
        """Count a failure of the process that does the analysis, which is then started again."""
        self._failures.labels(self._processor).inc()

    def batch_delivered(
        self,
        records: Sequence[Record],
        outcomes: Sequence[Outcome],
        *,
        analysis: float,
        delivery: float,
        now: float,
    ) -> None:
        """Count a batch whose events and dead letters are all stored.

        ``analysis`` and ``delivery`` are how long each took, in seconds, and ``now`` the moment,
        in seconds since the epoch.
        """
        self._batch.labels(self._processor).observe(len(records))
        self._stages.labels(self._processor, "analysis").observe(analysis)
        self._stages.labels(self._processor, "delivery").observe(delivery)
        for record, outcome in zip(records, outcomes, strict=True):
            age = now - record.timestamp / 1000
            self._latency.labels(self._processor).observe(max(0.0, age))
            if isinstance(outcome, Rejection):
                self._records.labels(self._processor, "rejected").inc()
                continue
            self._records.labels(self._processor, "processed").inc()
            self._model.labels(self._processor).inc(outcome.model_seconds)
            for event in outcome.events:
                self._events.labels(self._processor, event.topic).inc()
            if outcome.sentences:
                plain = outcome.sentences - outcome.hedged_sentences
                self._sentences.labels(outcome.language, "true").inc(outcome.hedged_sentences)
                self._sentences.labels(outcome.language, "false").inc(plain)
