"""A processor as a Faust application: its consumer group, its settings, its one agent."""

from __future__ import annotations

import logging
import sys
import tempfile
from typing import TYPE_CHECKING, Any, cast

import faust

from streams.connection import COMPRESSION, HEADERS_BYTES, MAX_RECORD_BYTES
from streams.processors.continuity import Continuity
from streams.processors.delivery import Delivery, end_now
from streams.processors.health import Place, Watch
from streams.processors.transport import CommittedTransport

if TYPE_CHECKING:
    from faust import Stream
    from faust.types import StreamT
    from faust.types.auth import CredentialsT

    from streams.config import Settings
    from streams.events import Event
    from streams.processors.isolation import IsolatedHandler
    from streams.processors.metrics import WorkerMetrics
    from streams.processors.policy import Policy
    from streams.processors.processor import Processor

log = logging.getLogger(__name__)


def make_app(
    processor: Processor,
    settings: Settings,
    handler: IsolatedHandler,
    *,
    policy: Policy,
    rebalance_timeout: float,
    session_timeout: float,
    metrics: WorkerMetrics,
) -> tuple[faust.App, Watch]:
    """Return the Faust application that runs a processor, and the watch over it, to be started.

    ``rebalance_timeout`` is how many seconds the group waits for a member that is still busy
    with a batch before it goes on without it, ``session_timeout`` after how many of silence a
    worker counts as dead and its partitions move on.
    """
    app = faust.App(
        settings.group(processor.name),
        broker=[f"kafka://{server}" for server in settings.bootstrap_servers.split(",")],
        broker_credentials=_credentials(settings),
        # No tables are kept; the folder is only ever looked for.
        datadir=tempfile.gettempdir(),
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        # Delivery: wait for every replica, begin where the group is new at the first record,
        # and on the way out finish what is in hand before the last commit.
        producer_acks=-1,
        producer_linger=0.0,
        producer_compression_type=COMPRESSION,
        producer_request_timeout=30.0,
        producer_max_request_size=MAX_RECORD_BYTES + HEADERS_BYTES,
        consumer_auto_offset_reset="earliest",
        stream_wait_empty=True,
        # Memory: how many records are read ahead, whatever their size.
        broker_max_poll_records=200,
        stream_buffer_maxsize=200,
        broker_session_timeout=session_timeout,
        broker_heartbeat_interval=session_timeout / 5,
        broker_request_timeout=40.0,
        broker_rebalance_timeout=rebalance_timeout,
        # By the clock alone: a commit in the middle of reading can outlast a rebalance.
        broker_commit_interval=1.0,
        broker_commit_every=sys.maxsize,
    )
    app.transport = CommittedTransport(app.conf.broker_consumer, app)

    async def send(event: Event) -> None:
        # Not by a Faust topic, whose commits do not wait for what becomes of its sends.
        running = await app.maybe_start_producer()
        stored = await running.send(
            settings.topic(event.topic),
            event.key,
            event.value,
            partition=None,
            timestamp=None,
            headers=list(event.headers),
        )
        await stored

    continuity = Continuity(settings, settings.group(processor.name))
    delivery = Delivery(
        processor.name, handler, send, continuity=continuity, policy=policy, metrics=metrics
    )
    # Keys and values stay bytes: decoding is the handler's business.
    source = app.topic(
        settings.topic(processor.source),
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
    )

    async def agent(stream: StreamT[bytes]) -> None:
        try:
            await delivery.run(cast("Stream[bytes]", stream))
        finally:
            # Faust would start another agent, which does not get what this one had read: those
            # records would be committed over or hold back the partition for good.
            if not app.should_stop:
                log.error("%s: the stream ended before the worker", processor.name)
                end_now()

    app.agent(source, name=processor.name)(agent)

    mine: set[Place] = set()

    @app.on_partitions_assigned.connect
    async def on_assigned(_: object, /, *assigned: Any, **__: Any) -> None:
        mine.update((each.topic, each.partition) for each in assigned[0])

    @app.on_partitions_revoked.connect
    async def on_revoked(_: object, /, *revoked: Any, **__: Any) -> None:
        mine.difference_update((each.topic, each.partition) for each in revoked[0])

    watch = Watch(
        settings,
        settings.group(processor.name),
        settings.topic(processor.source),
        mine=lambda: frozenset(mine),
        busy_since=lambda: delivery.busy_since,
        patience=policy.patience,
        give_up=end_now,
    )
    return app, watch


def _credentials(settings: Settings) -> CredentialsT | None:
    context = settings.ssl_context()
    if settings.uses_sasl:
        password = settings.sasl_password
        return faust.SASLCredentials(
            username=settings.sasl_username,
            password=password.get_secret_value() if password else None,
            mechanism=settings.sasl_mechanism,
            ssl_context=context,
        )
    return faust.SSLCredentials(context) if context else None
