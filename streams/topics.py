"""The topics: their names, and how each is laid out on a cluster."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kafka.admin import NewTopic
from kafka.errors import TopicAlreadyExistsError

from streams.connection import HEADERS_BYTES, MAX_RECORD_BYTES, admin_client, connecting

if TYPE_CHECKING:
    from streams.config import Settings

ARTICLES = "articles"
TAGGED = "articles.tagged"
HEDGED = "articles.hedged"
CLAIMS = "claims"
REJECTED = "articles.rejected"

VISIBLE_TIMEOUT_SECONDS = 15.0
DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic, how long it keeps its records, in milliseconds, and the largest, in bytes."""

    name: str
    retention_ms: int
    max_bytes: int = MAX_RECORD_BYTES

    @property
    def configs(self) -> dict[str, str]:
        """The topic's configuration as Kafka names it.

        Records are kept by time, never compacted: a later event of an article does not
        take the place of an earlier one, and a rejected record must stay to be replayed.
        The time is the broker's: by that of a publisher whose clock is wrong, Kafka would
        refuse records or delete them unread.
        """
        return {
            "cleanup.policy": "delete",
            "retention.ms": str(self.retention_ms),
            "max.message.bytes": str(self.max_bytes),
            "message.timestamp.type": "LogAppendTime",
        }


TOPICS = (
    Topic(ARTICLES, 7 * DAY_MS),
    Topic(TAGGED, 7 * DAY_MS),
    Topic(HEDGED, 7 * DAY_MS),
    Topic(CLAIMS, 7 * DAY_MS),
    # Longer than the rest: somebody has to come back from holiday, look, mend and replay.
    # And room for the headers that say why, beside the largest record.
    Topic(REJECTED, 30 * DAY_MS, MAX_RECORD_BYTES + HEADERS_BYTES),
)


class MissingTopicsError(LookupError):
    """The cluster lacks topics; the message says which and how to make them."""


def create_topics(settings: Settings, partitions: int, replication: int) -> dict[str, bool]:
    """Create the topics that are missing and leave the others as they are.

    A ``replication`` of -1 takes the cluster's default. Above two, writes need all replicas
    but one. Returns each topic's full name with whether it was created now.

    Raises:
        BrokerUnreachableError: No broker answered in time.
        KafkaError: The cluster refused, for instance for want of brokers or rights.
    """
    created: dict[str, bool] = {}
    admin = admin_client(settings)
    try:
        for topic in TOPICS:
            name = settings.topic(topic.name)
            configs = topic.configs
            if replication > 2:
                configs["min.insync.replicas"] = str(replication - 1)
            try:
                with connecting(settings):
                    admin.create_topics(
                        [NewTopic(name, partitions, replication, topic_configs=configs)]
                    )
                created[name] = True
            except TopicAlreadyExistsError:
                created[name] = False
    finally:
        admin.close()
    # Brokers learn of a new topic a little after the controller has answered.
    deadline = time.monotonic() + VISIBLE_TIMEOUT_SECONDS
    while not all(partitions_by_topic(settings).values()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return created


def require(settings: Settings, *names: str) -> None:
    """Check that topics are there, as neither workers nor clients create any.

    Raises:
        MissingTopicsError: One or more are missing.
        BrokerUnreachableError: No broker answered in time.
    """
    partitions = partitions_by_topic(settings)
    missing = [full for name in names if not partitions[full := settings.topic(name)]]
    if missing:
        raise MissingTopicsError(
            f"the cluster at {settings.bootstrap_servers} has no {', '.join(missing)}, or does not "
            "let this user see it. Create the topics with: hedgewire topics create"
        )


def cluster_id(settings: Settings) -> str | None:
    """Return the cluster's id, ``None`` where it has none.

    Raises:
        BrokerUnreachableError: No broker answered in time.
    """
    admin = admin_client(settings)
    try:
        with connecting(settings):
            identifier: str | None = admin.describe_cluster()["cluster_id"]
            return identifier
    finally:
        admin.close()


def partitions_by_topic(settings: Settings) -> dict[str, int]:
    """Return how many partitions each of the pipeline's topics has, 0 where it is missing.

    Raises:
        BrokerUnreachableError: No broker answered in time.
    """
    names = [settings.topic(topic.name) for topic in TOPICS]
    admin = admin_client(settings)
    try:
        with connecting(settings):
            present = set(admin.list_topics())
            wanted = [name for name in names if name in present]
            described = admin.describe_topics(wanted) if wanted else []
    finally:
        admin.close()
    found = {item["name"]: len(item["partitions"]) for item in described}
    return {name: found.get(name, 0) for name in names}
