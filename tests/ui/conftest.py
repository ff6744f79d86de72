"""A browser and a pipeline for all tests of the page; topics and a server for each that asks."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from streams import topics
from streams.broker import EmbeddedBroker
from streams.config import Settings, load_settings
from streams.ui import serving
from tests.ui.running import chromium, processing_samples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

PATIENCE_MS = 60_000

_runs = itertools.count(1)


# For a module, not the session: while Playwright runs, no other event loop can in this thread.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def ui_broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as broker:
        yield broker


def _settings(broker: EmbeddedBroker) -> Settings:
    settings = load_settings(broker.bootstrap_servers, topic_prefix=f"ui{next(_runs)}.")
    topics.create_topics(settings, partitions=3, replication=1)
    return settings


@pytest.fixture(scope="module")
def pipeline(ui_broker: EmbeddedBroker) -> Iterator[Settings]:
    """Return the way to topics with processors at work and the sample articles behind them."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HEDGEWIRE_PROFILE", "fast")
        settings = _settings(ui_broker)
        with processing_samples(settings):
            yield settings


@pytest.fixture(scope="module")
def pipeline_address(pipeline: Settings) -> Iterator[str]:
    with serving(pipeline) as address:
        yield address


@pytest.fixture
def bare(ui_broker: EmbeddedBroker) -> Settings:
    """Return the way to fresh topics without processors, for events that tests write."""
    return _settings(ui_broker)


@pytest.fixture
def bare_address(bare: Settings) -> Iterator[str]:
    with serving(bare) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return a page of a fresh browser profile, which must end without a complaint."""
    context = browser.new_context(
        permissions=["clipboard-read", "clipboard-write"], reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    yield opened
    context.close()
    # A connection that a test cuts is no fault of the page's, nor an answer that refuses.
    assert [text for text in complaints if "Failed to load resource" not in text] == []
