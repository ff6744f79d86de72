"""What the page does when somebody asks it to: analyse, publish, replay."""

from __future__ import annotations

from dataclasses import asdict
from threading import Lock
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from streams.analysis import analyze_documents
from streams.analysis.document import read_document
from streams.analysis.entities import EntityTagger
from streams.client import Publisher
from streams.replay import outstanding, replay_rejected

if TYPE_CHECKING:
    from streams.article import Article
    from streams.config import Settings

TRIED_CODE_POINTS = 20_000
"""The longest text to try, which takes a second or two."""


class TooLongError(ValueError):
    """The text is longer than the page analyses; the message says what to use instead."""


class Actions:
    """The actions, each blocking until it is done. For any thread; analyses wait in line."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tagger: EntityTagger | None = None
        self._analyzing = Lock()

    def analyze(self, article: Article) -> dict[str, Any]:
        """Return what the processors would find in an article; the first call loads the models.

        Raises:
            TooLongError: The text has more than ``TRIED_CODE_POINTS``.
        """
        if len(article.text) > TRIED_CODE_POINTS:
            raise TooLongError(
                f"the page tries texts of up to {TRIED_CODE_POINTS} characters; "
                "longer ones are for: hedgewire analyze"
            )
        document = read_document(article.title, article.text, article.language)
        with self._analyzing:
            if self._tagger is None:
                settings = self._settings
                self._tagger = EntityTagger(settings.profile, settings.threads, settings.gazetteer)
            [analysis] = analyze_documents([document], self._tagger)
        return asdict(analysis)

    def publish(self, article: Article) -> None:
        """Publish an article and wait until the broker has it.

        Raises:
            DeliveryError: The broker does not take it.
            BrokerUnreachableError: No broker answered in time.
        """
        with Publisher(self._settings) as publisher:
            publisher.publish(article).wait()

    def count_outstanding(self) -> int:
        """Return how many dead letters a replay would put back now."""
        return sum(1 for _ in outstanding(self._settings))

    def replay(self) -> int:
        """Put all dead letters back where they came from; return how many.

        Raises:
            ReplayError: It stopped before its end.
        """
        return sum(1 for _ in replay_rejected(self._settings))


def new_id() -> str:
    """Return an id for an article that is written on the page."""
    return f"page-{uuid4()}"
