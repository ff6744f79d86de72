"""The contract's own documents are valid."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import jsonschema_rs
import orjson
import pytest
import yaml

from streams import topics
from tests.published import from_npm

SCHEMAS = files("streams") / "schemas"
NAMES = ("annotations", "article", "tagged", "hedged", "claim")


@pytest.mark.parametrize("name", NAMES)
def test_each_schema_is_json_schema_2020_12(name: str) -> None:
    schema = orjson.loads((SCHEMAS / f"{name}.json").read_bytes())
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema_rs.meta.validate(schema)


@pytest.fixture(scope="module")
def asyncapi() -> Any:
    return yaml.safe_load((SCHEMAS / "asyncapi.yaml").read_text())


def test_the_asyncapi_document_is_valid(asyncapi: Any) -> None:
    specification = from_npm("@asyncapi/specs", "6.11.1", "schemas/3.0.0.json")
    validator = jsonschema_rs.Draft7Validator(specification)
    assert [error.message for error in validator.iter_errors(asyncapi)] == []
    broken = asyncapi | {"operations": {"receiveArticle": {"action": "listen"}}}
    assert not validator.is_valid(broken)


def test_the_asyncapi_document_has_the_topics(asyncapi: Any) -> None:
    described = {channel["address"] for channel in asyncapi["channels"].values()}
    assert described == {topic.name for topic in topics.TOPICS}
    settings = asyncapi["channels"]["articles"]["bindings"]["kafka"]["topicConfiguration"]
    configs = topics.TOPICS[0].configs
    assert str(settings["retention.ms"]) == configs["retention.ms"]
    assert str(settings["max.message.bytes"]) == configs["max.message.bytes"]


def test_the_asyncapi_document_refers_to_files_that_exist(asyncapi: Any) -> None:
    payloads = {
        message["payload"]["$ref"]
        for message in asyncapi["components"]["messages"].values()
        if "$ref" in message["payload"]
    }
    assert payloads == {f"./{name}.json" for name in NAMES if name != "annotations"}
