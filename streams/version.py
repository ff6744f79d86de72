"""The version of the distribution, which is part of every event's id."""

from __future__ import annotations

from importlib.metadata import version

VERSION = version("hedgewire")
