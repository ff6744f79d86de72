"""A processor as a Faust application: its consumer group, its settings, its one agent."""

from __future__ import annotations

import logging
import tempfile
from typing import TYPE_CHECKING, cast

import faust

from streams import topics
from streams.connection import MAX_RECORD_BYTES
from streams.processors.delivery import Delivery, end_now
from streams.processors.transport import CommittedTransport

if TYPE_CHECKING:
    from faust import Stream
    from faust.types import StreamT, TopicT
    from faust.types.auth import CredentialsT

    from streams.config import Settings
    from streams.processors.isolation import IsolatedHandler
    from streams.processors.policy import Policy
    from streams.processors.processor import Processor

log = logging.getLogger(__name__)


def make_app(
    processor: Processor,
    settings: Settings,
    handler: IsolatedHandler,
    policy: Policy,
    rebalance_timeout: float,
) -> faust.App:
    """Return the Faust application that runs a processor, with its handler, on a cluster.

    ``rebalance_timeout`` is how many seconds the group waits for a member that is still busy
    with a batch before it goes on without it.
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
        producer_linger=0.005,
        producer_request_timeout=30.0,
        producer_max_request_size=MAX_RECORD_BYTES + 64 * 1024,
        consumer_auto_offset_reset="earliest",
        stream_wait_empty=True,
        # Memory: how many records are read ahead, whatever their size.
        broker_max_poll_records=200,
        stream_buffer_maxsize=200,
        # A dead worker's partitions move on after this many seconds.
        broker_session_timeout=15.0,
        broker_heartbeat_interval=3.0,
        broker_request_timeout=40.0,
        broker_rebalance_timeout=rebalance_timeout,
        broker_commit_interval=1.0,
    )
    app.transport = CommittedTransport(app.conf.broker_consumer, app)
    outputs = {topic.name: _raw_topic(app, settings, topic.name) for topic in topics.TOPICS}
    delivery = Delivery(processor.name, handler, outputs, policy)

    async def agent(stream: StreamT[bytes]) -> None:
        try:
            await delivery.run(cast("Stream[bytes]", stream))
        finally:
            # Faust would start another agent, which does not get what this one had read: those
            # records would be committed over or hold back the partition for good.
            if not app.should_stop:
                log.error("%s: the stream ended before the worker", processor.name)
                end_now()

    app.agent(_raw_topic(app, settings, processor.source), name=processor.name)(agent)
    return app


def _raw_topic(app: faust.App, settings: Settings, name: str) -> TopicT:
    """Return a topic whose keys and values stay bytes: decoding is the handler's business."""
    return app.topic(
        settings.topic(name),
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
    )


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
