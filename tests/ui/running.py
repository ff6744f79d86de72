"""The page over a real broker, and a real browser before it."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from streams.article import Article
from streams.client import Publisher
from streams.intake import read_articles
from tests.contract.pipeline import is_idle, wait_until, worker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from streams.config import Settings

SAMPLES = 9


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium, or skip where there is none."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        # Its sandbox needs rights that containers do not give; it opens our own page only.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def processing_samples(settings: Settings) -> Iterator[None]:
    """Run all processors, with the sample articles behind them."""
    with as_file(files("streams") / "samples" / "articles.jsonl") as path:
        articles = [item for item in read_articles([path]) if isinstance(item, Article)]
    assert len(articles) == SAMPLES
    with worker("all", settings):
        with Publisher(settings) as publisher:
            for article in articles:
                publisher.publish(article)
        wait_until(lambda: is_idle(settings))
        yield
