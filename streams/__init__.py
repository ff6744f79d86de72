"""Hedgewire: entities and hedged reporting in a stream of news articles, on Apache Kafka.

``analyze`` works on a text alone; ``Publisher`` and ``subscribe`` talk to a cluster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from streams.analysis import Analysis, analyze
    from streams.client import Publisher, subscribe
    from streams.config import Settings, load_settings

__all__ = ["Analysis", "Publisher", "Settings", "analyze", "load_settings", "subscribe"]

_HOME = {
    "Analysis": "streams.analysis",
    "analyze": "streams.analysis",
    "Publisher": "streams.client",
    "subscribe": "streams.client",
    "Settings": "streams.config",
    "load_settings": "streams.config",
}


def __getattr__(name: str) -> Any:
    """Import on first use: texts can be analysed without Kafka, topics read without models."""
    from importlib import import_module

    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
