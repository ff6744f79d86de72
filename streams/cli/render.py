"""Articles and events as people read them: entities and hedges marked in the text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

ENTITY_STYLES = {
    "PER": "bold cyan",
    "ORG": "bold green",
    "LOC": "bold blue",
    "MISC": "bold white",
}
HEDGE_STYLES = {
    "reportive": "underline bold red",
    "attribution": "underline magenta",
    "epistemic": "underline yellow",
    "unconfirmed": "underline bold bright_red",
    "rumour": "underline bold bright_magenta",
    "approximator": "underline bright_black",
}

Annotation = Mapping[str, Any]


def legend() -> Text:
    """Return the key to the marks."""
    text = Text("entities: ", style="dim")
    text.append_text(Text("  ").join(Text(kind, style) for kind, style in ENTITY_STYLES.items()))
    text.append("   hedges: ", style="dim")
    text.append_text(Text("  ").join(Text(kind, style) for kind, style in HEDGE_STYLES.items()))
    return text


def marked(
    field: str, content: str, entities: Iterable[Annotation], hedges: Iterable[Annotation]
) -> Text:
    """Return one field of an article with its annotations marked, by colour and by label.

    Labels in brackets carry what colour does, so that nothing is lost without it.
    """
    marks = [
        (span["start"], span["end"], ENTITY_STYLES[span["type"]], f"[{span['type']}]")
        for span in entities
        if span["field"] == field
    ] + [
        (span["start"], span["end"], HEDGE_STYLES[span["category"]], f"[{_hedge_label(span)}]")
        for span in hedges
        if span["field"] == field
    ]
    text = Text(content)
    for start, end, style, _ in marks:
        text.stylize(style, start, end)
    result = Text()
    position = 0
    for _, end, _, label in sorted(marks, key=lambda mark: (mark[1], mark[0])):
        result.append_text(text[position:end])
        result.append(label, style="dim")
        position = end
    result.append_text(text[position:])
    return result


def _hedge_label(hedge: Annotation) -> str:
    label: str = hedge["category"]
    return f"{label}, quoted" if hedge["in_quote"] else label


def article(
    fields: Mapping[str, Any], tagged: Annotation, hedged: Annotation | None = None
) -> RenderableType:
    """Return a whole article, marked up, with its sources and claims beneath.

    ``tagged`` has the language and the entities, ``hedged``, where there is one, the hedges,
    the claims and the hedge rate.
    """
    hedges = hedged["hedges"] if hedged else []
    claims = hedged["claims"] if hedged else []
    entities, language = tagged["entities"], tagged["language"]
    hedge_rate = hedged["hedge_rate"] if hedged else None
    parts: list[RenderableType] = [_heading(fields, language, hedge_rate)]
    if fields.get("title"):
        parts.append(marked("title", fields["title"], entities, hedges))
        parts[-1].stylize("bold")  # type: ignore[union-attr]
    parts.append(marked("text", fields["text"], entities, hedges))
    parts.extend(source_line(hedge) for hedge in hedges if hedge["source"])
    parts.extend(claim_line(claim) for claim in claims)
    return Group(*parts, "")


def hedged_event(event: Mapping[str, Any]) -> RenderableType:
    """Return a hedged event: its cues, its claims, its rate."""
    fields = event["article"]
    parts: list[RenderableType] = [_heading(fields, event["language"], event["hedge_rate"])]
    if fields.get("title"):
        parts.append(marked("title", fields["title"], [], event["hedges"]))
    for hedge in event["hedges"]:
        line = Text("  ")
        line.append(hedge["text"], HEDGE_STYLES[hedge["category"]])
        line.append(f" [{_hedge_label(hedge)}]", "dim")
        line.append(_by(hedge))
        parts.append(line)
    parts.extend(claim_line(claim) for claim in event["claims"])
    return Group(*parts, "")


def claim_event(event: Mapping[str, Any]) -> RenderableType:
    """Return a claim with the article that it is from."""
    return Group(
        _heading(event["article"], event["language"], None), claim_line(event["claim"]), ""
    )


def source_line(hedge: Annotation) -> Text:
    """Return by whose word something is told: the cue and its source."""
    line = Text("  by:   ", style="dim")
    line.append(" ".join(hedge["text"].split()), f"not dim {HEDGE_STYLES[hedge['category']]}")
    line.append(_by(hedge), "not dim")
    return line


def _by(annotation: Annotation) -> str:
    source = annotation["source"]
    return f"  ← {' '.join(source['text'].split())} ({source['type']})" if source else ""


def claim_line(claim: Annotation) -> Text:
    """Return one claim: the clause left open, about whom, by whose word, how hedged."""
    line = Text("  open: ", style="dim")
    line.append(" ".join(claim["text"].split()), "not dim italic")
    about = ", ".join(entity["name"] for entity in claim["entities"])
    if about:
        line.append(f"  about {about}")
    line.append(_by(claim))
    line.append(f"  [{', '.join(dict.fromkeys(h['category'] for h in claim['hedges']))}]")
    return line


def rejected_record(record: Mapping[str, Any]) -> RenderableType:
    """Return a dead letter: why, from where, and how its bytes begin."""
    head = Text(str(record["error"]), "bold red")
    head.append(f"  {record['error_message']}", "not bold default")
    where = f"  {record['source_topic']}[{record['source_partition']}]@{record['source_offset']}"
    return Group(head, Text(f"{where}  key {record['key']!r}  {record['value']!r:.200}", "dim"), "")


def _heading(fields: Mapping[str, Any], language: str, hedge_rate: float | None) -> Text:
    line = Text("── ", style="dim")
    line.append(fields["id"], "not dim bold")
    details = [language, fields.get("source"), fields.get("published_at")]
    if hedge_rate is not None:
        details.append(f"hedge rate {hedge_rate:.0%}")
    line.append("  " + "  ".join(str(detail) for detail in details if detail))
    return line
