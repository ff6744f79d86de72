"""The page in a real browser, over a real pipeline."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import orjson
import pytest
from playwright.sync_api import expect

from streams import topics
from streams.client import Publisher
from streams.connection import producer
from tests.published import text_from_npm
from tests.ui.events import tagged, write_tagged
from tests.ui.proxy import Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

    from streams.config import Settings

PATIENCE_MS = 60_000
VIEWS = ("stream", "claims", "health", "try")

expect.set_options(timeout=PATIENCE_MS)


def cards(page: Page) -> Locator:
    return page.locator("#articles .card")


def card(page: Page, article_id: str) -> Locator:
    return page.locator(f"#articles .card[data-id='{article_id}']")


def shown_text(element: Locator) -> str:
    """Return the text without the labels that the marks add."""
    text: str = element.evaluate(
        """element => {
            const copy = element.cloneNode(true);
            copy.querySelectorAll(".label").forEach(label => label.remove());
            return copy.textContent;
        }"""
    )
    return text


def publish(settings: Settings, article_id: str, text: str, **fields: str) -> None:
    with Publisher(settings) as publisher:
        publisher.publish({"id": article_id, "text": text, **fields}).wait()


@pytest.fixture
def samples(page: Page, pipeline_address: str) -> Page:
    """Return the page with the samples on it."""
    page.goto(pipeline_address)
    expect(card(page, "sample-it-1")).to_be_visible()
    return page


def test_a_published_article_appears_marked(samples: Page, pipeline: Settings) -> None:
    began = time.monotonic()
    publish(pipeline, "fresh", "Elena Marchetti avrebbe venduto la sede di Torino.", language="it")
    fresh = card(samples, "fresh")
    expect(fresh.locator("mark.hedge.reportive")).to_contain_text("avrebbe venduto")
    print(f"published to marked: {time.monotonic() - began:.2f} s")
    expect(fresh.locator("mark.entity.LOC").first).to_contain_text("Torino")
    expect(cards(samples).first).to_have_attribute("data-id", "fresh")


def test_sources_are_joined_to_their_claims(samples: Page) -> None:
    article = card(samples, "sample-it-1")
    saying = article.locator(".sayings li").first
    expect(saying).to_contain_text("source")
    claim = article.locator("mark.claim", has=samples.locator(".label", has_text=re.compile("^1$")))
    expect(claim.first).to_be_visible()
    expect(article.locator("mark.source").filter(has_text="source 1").first).to_be_visible()


@pytest.mark.parametrize(
    ("field", "value", "kept", "left_out"),
    [
        ("type", "LOC", "sample-it-2", None),
        ("category", "rumour", "sample-it-1", "sample-it-3"),
        ("language", "it", "sample-it-3", "sample-en-1"),
        ("source", "Gazzetta Adriatica", "sample-it-1", "sample-it-2"),
    ],
)
def test_filters_by_choice(
    samples: Page, field: str, value: str, kept: str, left_out: str | None
) -> None:
    samples.locator(f"#filters [name={field}]").select_option(value)
    expect(card(samples, kept)).to_be_visible()
    if left_out is not None:
        expect(card(samples, left_out)).to_have_count(0)
    samples.get_by_role("button", name="Clear filters").click()
    expect(card(samples, "sample-en-1")).to_have_count(1)


def test_filters_by_name_and_by_rate(samples: Page) -> None:
    names = samples.get_by_label("Names")
    names.fill("ravenna")
    expect(card(samples, "sample-it-2")).to_be_visible()
    expect(card(samples, "sample-it-1")).to_have_count(0)
    names.fill("nobody of this name")
    expect(cards(samples)).to_have_count(0)
    expect(samples.locator("#stream-count")).to_contain_text("0 of")
    names.fill("")
    samples.locator("#rate").fill("5")
    expect(card(samples, "sample-it-3")).to_have_count(0)
    expect(card(samples, "sample-it-1")).to_have_count(1)


def test_pause_holds_the_stream(samples: Page, pipeline: Settings) -> None:
    samples.get_by_role("button", name="Pause").click()
    before = cards(samples).count()
    publish(pipeline, "while-paused", "The harbour may close in June.", language="en")
    go_on = samples.get_by_role("button", name=re.compile(r"Go on \(1 new\)"))
    expect(go_on).to_be_visible()
    expect(cards(samples)).to_have_count(before)
    go_on.click()
    expect(card(samples, "while-paused")).to_be_visible()


def test_the_whole_event_can_be_seen_and_copied(samples: Page) -> None:
    card(samples, "sample-it-1").get_by_role("button", name="JSON").click()
    dialog = samples.get_by_role("dialog")
    expect(dialog.locator("pre")).to_contain_text('"hedge_rate"')
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.get_by_role("button", name="Copied")).to_be_visible()
    copied = orjson.loads(samples.evaluate("navigator.clipboard.readText()"))
    assert copied["tagged"]["article"]["id"] == "sample-it-1"
    assert copied["hedged"]["article"]["id"] == "sample-it-1"
    samples.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_permalink_shows_one_article(samples: Page, pipeline_address: str) -> None:
    link = card(samples, "sample-it-2").get_by_role("link", name="Link")
    samples.goto(pipeline_address.rstrip("/") + (link.get_attribute("href") or ""))
    expect(samples.locator("#article .card")).to_have_attribute("data-id", "sample-it-2")
    expect(samples.locator("#article mark.entity").first).to_be_visible()
    expect(samples.locator("#view-stream")).to_be_hidden()


def test_who_is_hedged_about_filters_the_stream(samples: Page) -> None:
    entry = samples.locator("#ranking button", has_text="Harbour Foods")
    expect(entry.locator("svg rect").first).to_be_visible()
    entry.click()
    expect(entry).to_have_attribute("aria-pressed", "true")
    expect(samples.get_by_label("Names")).to_have_value("Harbour Foods")
    expect(card(samples, "sample-it-2")).to_have_count(0)
    entry.click()
    expect(samples.get_by_label("Names")).to_have_value("")
    expect(card(samples, "sample-it-2")).to_have_count(1)


def test_claims_tell_source_and_strength(samples: Page) -> None:
    samples.get_by_role("link", name="Claims").click()
    claims = samples.locator("#claims-list .card")
    expect(claims.filter(has_text="according to").first).to_be_visible()
    expect(claims.first.locator(".strength")).to_contain_text(
        re.compile("(lightly|clearly|strongly) hedged")
    )


def test_health_and_a_replay_that_asks_first(samples: Page, pipeline: Settings) -> None:
    output = producer(pipeline)
    output.send(pipeline.topic(topics.ARTICLES), key=b"broken", value=b"{<b>broken").get(60)
    output.close()
    samples.get_by_role("link", name="Health").click()
    for processor in ("tagger", "spotter"):
        expect(
            samples.locator("#processors .card", has_text=processor).locator("svg polyline")
        ).to_have_count(3)
    letters = samples.locator("#rejected tbody tr")
    expect(letters).to_have_count(1)
    expect(letters).to_contain_text("not-json")
    expect(letters).to_contain_text("{<b>broken")
    put_back = samples.get_by_role("button", name="Put back…")
    put_back.click()
    dialog = samples.get_by_role("dialog")
    expect(dialog).to_contain_text("1 rejected record goes back")
    dialog.get_by_role("button", name="Leave them").click()
    expect(samples.get_by_text("Left as they are.")).to_be_visible()
    put_back.click()
    dialog.get_by_role("button", name="Put back").click()
    expect(samples.get_by_text("1 put back.")).to_be_visible()
    # It still is no JSON, so it comes once more.
    expect(letters).to_have_count(2)


def test_try_it_analyses_and_publishes_only_when_told(samples: Page) -> None:
    samples.get_by_role("link", name="Try it").click()
    samples.get_by_label("Text").fill("The minister reportedly met Anna Keller in Vienna.")
    samples.get_by_role("button", name="Analyse").click()
    result = samples.locator("#try-result")
    expect(result.locator("mark.hedge")).to_contain_text("reportedly")
    expect(result.locator("mark.entity.LOC")).to_contain_text("Vienna")
    samples.get_by_role("button", name="Publish").click()
    samples.get_by_role("link", name="See it").click()
    expect(samples.locator("#article mark.hedge")).to_contain_text("reportedly")


def test_try_it_says_what_cannot_be_used(samples: Page) -> None:
    samples.get_by_role("link", name="Try it").click()
    samples.get_by_label("Text").fill("word " * 5_000)
    samples.get_by_role("button", name="Analyse").click()
    expect(samples.locator("#try-status")).to_contain_text("up to 20000 characters")


def test_dark_mode_follows_the_system_and_the_choice(samples: Page) -> None:
    def background() -> str:
        colour: str = samples.evaluate("getComputedStyle(document.body).backgroundColor")
        return colour

    samples.emulate_media(color_scheme="light")
    light = background()
    samples.emulate_media(color_scheme="dark")
    dark = background()
    assert light != dark
    samples.get_by_label("Theme").select_option("light")
    assert background() == light
    samples.reload()
    expect(samples.get_by_label("Theme")).to_have_value("light")
    assert background() == light


@pytest.fixture(scope="session")
def axe() -> str:
    return text_from_npm("axe-core", "4.10.3", "axe.min.js")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_has_no_serious_finding(samples: Page, axe: str, view: str, theme: str) -> None:
    samples.get_by_label("Theme").select_option(theme)
    samples.locator(f"nav a[href='#{view}']").click()
    expect(samples.locator(f"#view-{view}")).to_be_visible()
    # Out of the page's own world: its security policy lets no other script in.
    session = samples.context.new_cdp_session(samples)
    session.send("Runtime.evaluate", {"expression": axe})
    found = session.send(
        "Runtime.evaluate",
        {"expression": "axe.run()", "awaitPromise": True, "returnByValue": True},
    )["result"]["value"]["violations"]
    serious = [
        f"{item['id']}: {item['help']}: {node['html']}"
        for item in found
        if item["impact"] in {"serious", "critical"}
        for node in item["nodes"]
    ]
    assert serious == []


def test_the_keyboard_reaches_everything(samples: Page) -> None:
    reached: list[str] = []
    samples.locator("body").press("Tab")
    for _ in range(80):
        reached.append(
            samples.evaluate(
                "document.activeElement.name || document.activeElement.id"
                " || document.activeElement.textContent"
            )
        )
        samples.keyboard.press("Tab")
    assert reached[0] == "Skip to the content"
    assert {"Stream", "Claims", "theme", "entity", "category", "rate", "pause"} <= set(reached)
    assert {"Link", "JSON"} <= set(reached)


SCRIPTS = (
    '<script>document.title="taken"</script><img src=x onerror="document.title=\'taken\'">'
    "<svg onload=alert(1)> \"'><style>*{display:none}</style> &amp; {{7*7}} "
)


def test_text_is_never_markup(page: Page, bare: Settings, bare_address: str) -> None:
    text = f"{SCRIPTS * 20}Anna Keller 👩‍👩‍👧 spoke."
    event = tagged("<b>id</b>", text, "Anna Keller", title=SCRIPTS, source=SCRIPTS)
    event["article"]["url"] = "javascript:document.title='taken'"
    event["entities"][0]["name"] = SCRIPTS
    write_tagged(bare, [event])
    page.goto(bare_address)
    article = cards(page)
    expect(article).to_be_visible()
    assert shown_text(article.locator(".text")) == text
    assert shown_text(article.locator("h2")) == SCRIPTS
    expect(article.locator("mark.entity")).to_contain_text("Anna Keller")
    expect(article.locator("script, img, svg, style")).to_have_count(0)
    expect(article.locator("a[href^='javascript']")).to_have_count(0)
    article.get_by_role("link", name="Link").click()
    expect(page.locator("#article .card")).to_have_attribute("data-id", "<b>id</b>")
    expect(page).to_have_title("Hedgewire")


def test_marks_count_code_points(page: Page, bare: Settings, bare_address: str) -> None:
    write_tagged(bare, [tagged("astral", "𝒳👩‍👩‍👧 e\u0301 — Anna Keller spoke.", "Anna Keller")])
    page.goto(bare_address)
    expect(cards(page).locator("mark.entity .words")).to_have_text("Anna Keller")


def test_a_thousand_articles_leave_the_page_quick(
    page: Page, bare: Settings, bare_address: str
) -> None:
    page.goto(bare_address)
    # Of what is there before it reads, the page begins with the newest of every partition: one
    # partition of three, as here, would show a third of what it holds.
    write_tagged(bare, [tagged("first", "The page reads.")])
    expect(card(page, "first")).to_be_visible()
    write_tagged(
        bare,
        (
            tagged(f"a{n}", f"Report {n}: Anna Keller spoke. " * 10, "Anna Keller")
            for n in range(1200)
        ),
    )
    expect(page.locator("#stream-count")).to_have_text("1000 articles")
    expect(cards(page).first).to_have_attribute("data-id", "a1199")
    # What is drawn is bounded, whatever is held.
    assert cards(page).count() == 50
    page.get_by_role("button", name="Show older articles").click()
    expect(cards(page)).to_have_count(100)
    began = time.monotonic()
    page.get_by_label("Names").fill("keller")
    expect(cards(page)).to_have_count(50)
    print(f"filtered 1,000 articles: {time.monotonic() - began:.2f} s")


@pytest.fixture
def proxy(bare_address: str) -> Iterator[Proxy]:
    port = urlsplit(bare_address).port
    assert port is not None
    between = Proxy(port)
    with between.running():
        yield between


def test_a_dropped_connection_recovers_without_gaps(
    page: Page, bare: Settings, proxy: Proxy
) -> None:
    page.goto(f"http://127.0.0.1:{proxy.port}/")
    write_tagged(bare, [tagged(f"a{n}", f"Before, {n}.") for n in range(10)])
    expect(cards(page)).to_have_count(10)
    page.evaluate("document.querySelector('#articles').dataset.before = 'the drop'")
    proxy.cut()
    expect(page.locator("#connection")).to_have_attribute("data-state", "lost")
    write_tagged(bare, [tagged(f"b{n}", f"Meanwhile, {n}.") for n in range(10)])
    proxy.mend()
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    expect(cards(page)).to_have_count(20)
    ids = cards(page).evaluate_all("all => all.map(card => card.dataset.id)")
    assert ids == [f"{part}{n}" for part in "ba" for n in reversed(range(10))]
    expect(page.locator("#articles")).to_have_attribute("data-before", "the drop")
    expect(page.locator("#gap")).to_be_hidden()
