"""What a processor is: a name, a topic to read, and a pure function from records to events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from streams.config import Settings
    from streams.events import Event, Record


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a record goes to the dead letters: a word for programs, a sentence for people."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Processed:
    """The events made from a record, and what there is to count of it.

    ``model_seconds`` is the tagger's: the record's share of the time that its batch spent in the
    model. ``sentences`` and ``hedged_sentences`` are the spotter's, of an article in ``language``.
    """

    events: tuple[Event, ...]
    model_seconds: float = 0.0
    language: str = ""
    sentences: int = 0
    hedged_sentences: int = 0


Outcome = Processed | Rejection
"""What one record comes to."""


class Handler(Protocol):
    """Turns a batch of records into an outcome for each, in order.

    ``now`` is what the events carry as their time. An exception that leaves the handler
    makes the batch be tried again record by record, and the record that raises is rejected.
    """

    def __call__(self, records: Sequence[Record], now: datetime) -> list[Outcome]: ...


@dataclass(frozen=True, slots=True)
class Processor:
    """A step of the pipeline, with a consumer group of its own.

    It reads ``source`` and writes ``outputs``, beside dead letters; topics without prefix.
    ``load`` must be importable by name: it is called once, in the process where the work is
    done, and returns the handler with whatever it needs (models) in memory.
    """

    name: str
    source: str
    outputs: tuple[str, ...]
    load: Callable[[Settings], Handler]
