"""The JSON Schemas in ``schemas/``: the contract, and the check that records keep it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Literal

import jsonschema_rs
import orjson

SchemaName = Literal["article", "tagged", "hedged", "claim"]
_FILES = ("annotations", "article", "tagged", "hedged", "claim")


class InvalidError(ValueError):
    """A value does not keep its schema; the message says where and why."""


def schema_id(name: SchemaName) -> str:
    """Return the URI of a schema, as ``ce_dataschema`` carries it."""
    identifier: str = _load(name)["$id"]
    return identifier


def validate(name: SchemaName, value: object) -> None:
    """Check a parsed JSON value against a schema.

    Raises:
        InvalidError: At the first fault found.
    """
    try:
        _validator(name).validate(value)
    except jsonschema_rs.ValidationError as error:
        place = "/".join(str(part) for part in error.instance_path) or "the record"
        raise InvalidError(f"{place}: {error.message}") from None


@cache
def _load(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = orjson.loads(
        (files("streams") / "schemas" / f"{name}.json").read_bytes()
    )
    return schema


@cache
def _validator(name: SchemaName) -> jsonschema_rs.Draft202012Validator:
    resources = [(_load(file)["$id"], _load(file)) for file in _FILES]
    return jsonschema_rs.Draft202012Validator(
        _load(name),
        registry=jsonschema_rs.Registry(resources),
        validate_formats=True,
        mask="the value",  # which can be a whole article
    )
