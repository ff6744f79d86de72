"""An article as it arrives: bytes checked against the schema, and kept as they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import orjson

from streams.validation import InvalidError, validate


class MalformedError(ValueError):
    """A record is not what its topic promises.

    ``code`` names the fault in one word, for the ``error`` header of the dead letter.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Article:
    """A valid article. ``raw`` is its JSON as received, with fields unknown to us."""

    id: str
    title: str | None
    text: str
    language: str | None
    raw: bytes

    @classmethod
    def parse(cls, value: bytes | None) -> Self:
        """Read an article from a record's value.

        Raises:
            MalformedError: It is absent, not UTF-8, not JSON or not an article.
        """
        fields = parse_json(value)
        try:
            validate("article", fields)
        except InvalidError as error:
            raise MalformedError("invalid-article", str(error)) from None
        assert value is not None  # noqa: S101 - parse_json has refused None
        return cls(
            id=fields["id"],
            title=fields.get("title") or None,
            text=fields["text"],
            language=fields.get("language"),
            raw=value,
        )


def parse_json(value: bytes | None) -> Any:
    """Parse a record's value.

    Raises:
        MalformedError: There is none, or it is not UTF-8 or not JSON.
    """
    if value is None:
        raise MalformedError("tombstone", "the record has no value")
    if not value:
        raise MalformedError("empty", "the value has no bytes")
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError as error:
        try:
            value.decode("utf-8")
        except UnicodeDecodeError as reason:
            raise MalformedError("not-utf8", f"byte {reason.start}: {reason.reason}") from None
        raise MalformedError("not-json", str(error)) from None
