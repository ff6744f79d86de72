"""``hedgewire subscribe``: follow what the processors make of the articles."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import orjson
import typer

from streams.analysis.language import primary_subtag
from streams.article import MalformedError, parse_json
from streams.cli import render
from streams.cli.options import BootstrapServers, ConfigFile, JsonOutput, TopicPrefix, err, out
from streams.client import subscribe as follow
from streams.config import load_settings
from streams.events import Record
from streams.validation import InvalidError, SchemaName, validate


class Topic(StrEnum):
    """What can be followed."""

    tagged = "tagged"
    hedged = "hedged"
    claims = "claims"
    rejected = "rejected"


class Category(StrEnum):
    """The kinds of hedge."""

    reportive = "reportive"
    attribution = "attribution"
    epistemic = "epistemic"
    unconfirmed = "unconfirmed"
    rumour = "rumour"
    approximator = "approximator"


def subscribe(
    topic: Annotated[Topic, typer.Argument(help="What to follow.")],
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="Start with the oldest event kept.")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after this many events.")] = None,
    entity: Annotated[
        str | None, typer.Option(help="Only events that name this entity, in any case.")
    ] = None,
    category: Annotated[
        Category | None, typer.Option(help="Only events with a hedge of this category.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="Only articles in this language, such as it.")
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(help="Share the events with others of this group, and go on where it was."),
    ] = None,
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
    config: ConfigFile = None,
    json: JsonOutput = False,
) -> None:
    """Follow a topic until Ctrl-C: people see the text marked up, programs ask for --json.

    Example: [b]hedgewire subscribe hedged --entity Alitalia --category rumour --json[/]
    """
    settings = load_settings(bootstrap_servers, topic_prefix, config)
    err.print(f"following {settings.topic(topic)}; Ctrl-C to stop", style="dim")
    shown = 0
    try:
        for record in follow(topic.value, settings, group=group, from_beginning=from_beginning):
            if limit is not None and shown >= limit:
                return
            if record is None:
                continue
            event = _rejected(record) if topic is Topic.rejected else _event(topic, record)
            if event and _is_wanted(event, entity, category, language):
                _show(topic, event, json)
                shown += 1
    except KeyboardInterrupt:
        return


def _event(topic: Topic, record: Record) -> dict[str, Any] | None:
    """Return an event; what somebody else wrote to the topic and is none is passed over."""
    kinds: dict[Topic, SchemaName] = {Topic.tagged: "tagged", Topic.hedged: "hedged"}
    try:
        event: dict[str, Any] = parse_json(record.value)
        validate(kinds.get(topic, "claim"), event)
    except (MalformedError, InvalidError) as error:
        place = f"{record.topic}[{record.partition}]@{record.offset}"
        err.print(f"passed over {place}, which is no event of ours: {error}", markup=False)
        return None
    return event


def _rejected(record: Record) -> dict[str, Any]:
    """Return a dead letter as JSON can carry it; bytes that are not UTF-8 come in base64."""
    described: dict[str, Any] = {
        name.replace(".", "_"): record.header(name)
        for name in (
            "error",
            "error.message",
            "processor",
            "source.topic",
            "source.partition",
            "source.offset",
        )
    }
    return described | {"key": _printable(record.key), "value": _printable(record.value)}


def _printable(data: bytes | None) -> str | dict[str, str] | None:
    if data is None:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(data).decode()}


def _is_wanted(
    event: Mapping[str, Any], entity: str | None, category: str | None, language: str | None
) -> bool:
    return (
        (language is None or primary_subtag(event.get("language", "")) == primary_subtag(language))
        and (category is None or any(h["category"] == category for h in _hedges(event)))
        and (entity is None or any(entity.casefold() == name for name in _names(event)))
    )


def _claims(event: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return [event["claim"]] if "claim" in event else event.get("claims", [])


def _hedges(event: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from event.get("hedges", [])
    for claim in _claims(event):
        yield from claim["hedges"]


def _names(event: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names that an event knows entities by, folded for comparison."""
    for entity in event.get("entities", []):
        yield from (entity["name"].casefold(), entity["text"].casefold(), entity["id"])
    for claim in _claims(event):
        for entity in claim["entities"]:
            yield from (entity["name"].casefold(), entity["id"])


def _show(topic: Topic, event: dict[str, Any], json: bool) -> None:
    if json:
        typer.echo(orjson.dumps(event))
    elif topic is Topic.tagged:
        out.print(render.article(event["article"], event))
    elif topic is Topic.hedged:
        out.print(render.hedged_event(event))
    elif topic is Topic.claims:
        out.print(render.claim_event(event))
    else:
        out.print(render.rejected_record(event))
