"""``hedgewire explain``: why a sentence is hedged, or not."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import orjson
import typer
from rich.text import Text

from streams.analysis.hedges import explain as explain_sentence
from streams.analysis.language import identify_language, primary_subtag
from streams.cli import render
from streams.cli.options import JsonOutput, out


def explain(
    sentence: Annotated[str, typer.Argument(help="A sentence, in quotes.")],
    language: Annotated[
        str | None, typer.Option(help="A BCP 47 tag, such as it; detected if not given.")
    ] = None,
    json: JsonOutput = False,
) -> None:
    """Show which rules fired on a sentence, what was considered and why it was turned down.

    Example: [b]hedgewire explain "Secondo fonti vicine al dossier, Musk avrebbe venduto."[/]
    """
    tag = primary_subtag(language or identify_language(None, sentence))
    explanation = explain_sentence(sentence, tag)
    if json:
        typer.echo(orjson.dumps({"language": tag} | asdict(explanation)))
        return
    hedges = [asdict(hedge) for hedge in explanation.hedges]
    out.print(f"language {tag}", style="dim")
    out.print(render.marked("text", sentence, [], hedges))
    for hedge in explanation.hedges:
        line = Text("  fired    ", "green")
        line.append(hedge.text, render.HEDGE_STYLES[hedge.category])
        line.append(f"  rule {hedge.rule}", "default")
        if hedge.source:
            line.append(f"  ← {hedge.source.text} ({hedge.source.type})", "default")
        if not hedge.hedged:
            line.append("  (does not make the sentence hedged)", "dim")
        out.print(line)
    for refused in explanation.refused:
        line = Text("  refused  ", "yellow")
        line.append(refused.text, "bold default")
        line.append(f"  rule {refused.rule}: {refused.reason}", "default")
        out.print(line)
    if not (explanation.hedges or explanation.refused):
        out.print("  nothing that looks like a hedge", style="dim")
