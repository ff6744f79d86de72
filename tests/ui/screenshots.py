"""Pictures of the page for the documentation: ``python -m tests.ui.screenshots docs/images``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from streams import topics
from streams.broker import EmbeddedBroker
from streams.config import load_settings
from streams.ui import serving
from tests.ui.running import SAMPLES, chromium, processing_samples

if TYPE_CHECKING:
    from typing import Literal

    from playwright.sync_api import Browser, ViewportSize

SIZE: ViewportSize = {"width": 1280, "height": 900}


def main(folder: Path) -> None:
    """Write one picture for each theme."""
    with EmbeddedBroker() as broker, chromium() as browser:
        settings = load_settings(broker.bootstrap_servers, topic_prefix="")
        topics.create_topics(settings, partitions=4, replication=1)
        with processing_samples(settings), serving(settings) as address:
            _take(browser, address, folder / "ui-light.png", "light")
            _take(browser, address, folder / "ui-dark.png", "dark")


def _take(browser: Browser, address: str, path: Path, theme: Literal["light", "dark"]) -> None:
    page = browser.new_page(viewport=SIZE, color_scheme=theme, reduced_motion="reduce")
    page.goto(address)
    page.locator(f"#articles .card >> nth={SAMPLES - 1}").wait_for()
    page.locator("#ranking li").first.wait_for()
    page.screenshot(path=path)
    page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
