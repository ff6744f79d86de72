"""IPTC ninjs 3.x, the news industry's JSON, as articles (https://iptc.org/standards/ninjs/)."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption"}
    | {"footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p"}
    | {"pre", "section", "table", "td", "th", "tr", "ul"}
)
_HIDDEN = frozenset({"script", "style", "template"})


def is_ninjs(value: object) -> bool:
    """Whether a parsed JSON value is a ninjs item rather than an article of ours."""
    return isinstance(value, dict) and "uri" in value and "text" not in value


def from_ninjs(item: dict[str, Any]) -> dict[str, Any]:
    """Return an article's fields; those of ninjs that have no counterpart are kept as they are.

    The plain-text body is taken where there is one, else the text of the HTML body. A
    malformed item gives malformed fields, which the article's schema then reports.
    """
    bodies = _items(item.get("bodies"))
    plain = [body for body in bodies if body.get("contentType", "text/plain") == "text/plain"]
    article = {key: value for key, value in item.items() if key not in {"bodies", "headlines"}}
    article["id"] = item["uri"]
    if plain:
        article["text"] = _main(plain).get("value")
    elif bodies:
        article["text"] = _text_of_html(str(_main(bodies).get("value", "")))
    if headlines := _items(item.get("headlines")):
        article["title"] = _text_of_html(str(_main(headlines).get("value", "")))
    if date := item.get("firstCreated") or item.get("versionCreated"):
        article["published_at"] = date
    if byline := item.get("by"):
        article["authors"] = [byline]
    if sources := _items(item.get("infoSources")):
        article["source"] = sources[0].get("name")
    return article


def _items(value: object) -> list[dict[str, Any]]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _main(parts: list[dict[str, Any]]) -> dict[str, Any]:
    return next((part for part in parts if part.get("role") == "main"), parts[0])


def _text_of_html(markup: str) -> str:
    if "<" not in markup and "&" not in markup:
        return markup
    parser = _TextParser()
    parser.feed(markup)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.parts).split("\n"))
    return "\n".join(line for line in lines if line)


class _TextParser(HTMLParser):
    """Collects the visible text, a line a block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._hidden += tag in _HIDDEN
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN and self._hidden > 0
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data.replace("\n", " "))
