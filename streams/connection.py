"""The one place where kafka-python clients are made, so that security and limits agree.

kafka-python ships no type information, hence the ``Any`` at this edge.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import (
    KafkaConnectionError,
    KafkaTimeoutError,
    SaslAuthenticationFailedError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.config import Settings

MAX_RECORD_BYTES = 16 * 1024 * 1024
"""The largest record that the project's clients send and its topics take, in bytes."""

HEADERS_BYTES = 1024 * 1024
"""What a dead letter may be larger than its record."""

COMPRESSION = "gzip"
"""Of what is sent. Every client can read it as it comes; text and events shrink to a quarter."""

CONNECT_TIMEOUT_MS = 5_000
FETCH_WAIT_MS = 100
"""How long a broker may hold back its answer while it has no records. The embedded one answers
after about half of that, even if some come."""
RECONNECT_MS = 2_000
"""The longest wait between attempts to connect again: the default of 30 s outlasts outages."""


class BrokerUnreachableError(ConnectionError):
    """No broker answered, or none let us in; the message says which and what to check."""


def _common(settings: Settings) -> dict[str, Any]:
    options: dict[str, Any] = {
        "security_protocol": settings.security_protocol,
        "ssl_context": settings.ssl_context(),
        "reconnect_backoff_max_ms": RECONNECT_MS,
    }
    if settings.uses_sasl:
        password = settings.sasl_password
        options |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.sasl_username,
            "sasl_plain_password": password.get_secret_value() if password else None,
        }
    return options


@contextmanager
def connecting(settings: Settings) -> Iterator[None]:
    """Turn the client's several ways of saying that there is no broker into one error.

    Raises:
        BrokerUnreachableError: From any of them, with what to check.
    """
    try:
        yield
    except (KafkaConnectionError, KafkaTimeoutError) as error:
        # Credentials that are refused at the first connection look like silence, too.
        credentials = " and does it take the credentials" if settings.uses_sasl else ""
        raise BrokerUnreachableError(
            f"no Kafka broker answers at {settings.bootstrap_servers} ({error}). "
            f"Is it running{credentials}? Set HEDGEWIRE_BOOTSTRAP_SERVERS or "
            "--bootstrap-servers, or start one to try out with: hedgewire broker"
        ) from error
    except SaslAuthenticationFailedError as error:
        raise BrokerUnreachableError(
            f"{settings.bootstrap_servers} refused the credentials of "
            f"{settings.sasl_username} ({settings.sasl_mechanism})"
        ) from error


def admin_client(settings: Settings) -> Any:
    """Return a connected ``KafkaAdminClient``.

    Raises:
        BrokerUnreachableError: No broker answered in time.
    """
    with connecting(settings):
        return KafkaAdminClient(
            bootstrap_servers=settings.bootstrap_servers.split(","),
            bootstrap_timeout_ms=CONNECT_TIMEOUT_MS,
            **_common(settings),
        )


def producer(settings: Settings, **options: Any) -> Any:
    """Return a connected idempotent ``KafkaProducer`` of raw bytes, acknowledged by all replicas.

    Raises:
        BrokerUnreachableError: No broker answered in time.
    """
    with connecting(settings):
        return KafkaProducer(
            bootstrap_servers=settings.bootstrap_servers.split(","),
            bootstrap_timeout_ms=CONNECT_TIMEOUT_MS,
            acks="all",
            max_request_size=MAX_RECORD_BYTES,
            linger_ms=5,
            compression_type=COMPRESSION,
            **_common(settings),
            **options,
        )


def consumer(settings: Settings, group: str | None = None, **options: Any) -> Any:
    """Return a connected ``KafkaConsumer`` of raw bytes; without a group it commits nothing.

    Raises:
        BrokerUnreachableError: No broker answered in time.
    """
    with connecting(settings):
        return KafkaConsumer(
            bootstrap_servers=settings.bootstrap_servers.split(","),
            bootstrap_timeout_ms=CONNECT_TIMEOUT_MS,
            group_id=group,
            enable_auto_commit=False,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            **_common(settings),
            **options,
        )
