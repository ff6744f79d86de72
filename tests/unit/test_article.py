"""What counts as an article, and what a record that is none is called."""

from __future__ import annotations

import orjson
import pytest

from streams.article import Article, MalformedError


def article(**fields: object) -> bytes:
    return orjson.dumps({"id": "a", "text": "Un testo."} | fields)


@pytest.mark.parametrize(
    ("value", "code", "says"),
    [
        (None, "tombstone", "no value"),
        (b"", "empty", "no bytes"),
        (b"{", "not-json", "line 1"),
        (b"\xff\xfe{}", "not-utf8", "byte 0"),
        ('{"id": "a", "text": "perché"}'.encode("latin-1"), "not-utf8", "byte 26"),
        (b'{"id": "a", "text": "\\ud83d"}', "not-json", "surrogate"),
        (b"[" * 5000, "not-json", "depth"),
        (b"[]", "invalid-article", "object"),
        (b'{"id": "a"}', "invalid-article", '"text" is a required property'),
        (b'{"text": "a"}', "invalid-article", '"id" is a required property'),
        (article(text=""), "invalid-article", "text"),
        (article(text=" \n\t"), "invalid-article", "text"),
        (article(text=12), "invalid-article", 'text: the value is not of type "string"'),
        (article(text="a\0b"), "invalid-article", "text"),
        (article(text="a" * 10_000_000), "invalid-article", "longer than 1000000 characters"),
        (article(id=""), "invalid-article", "id"),
        (article(id=7), "invalid-article", "id"),
        (article(id="a\nb"), "invalid-article", "id"),
        (article(title=["a"]), "invalid-article", "title"),
        (article(language="1"), "invalid-article", "language"),
        (article(published_at="yesterday"), "invalid-article", "published_at"),
        (article(authors="A. Rossi"), "invalid-article", "authors"),
    ],
)
def test_a_malformed_record_says_what_is_wrong(value: bytes | None, code: str, says: str) -> None:
    with pytest.raises(MalformedError) as caught:
        Article.parse(value)
    assert caught.value.code == code
    assert says in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "fields",
    [
        {"title": None, "url": None, "source": None, "language": None, "authors": None},
        {"language": "pt-BR"},
        {"language": "tlh"},
        {"published_at": "2023"},
        {"published_at": "2023-04"},
        {"published_at": "2023-04-12T08:00:00.5+02:00"},
        {"published_at": "2023-04-12T08:00:00Z"},
        {"text": "e\u0301 👩‍👩‍👧 \u202eabc"},
        {"unknown": {"nested": [1, 2.5, None]}},
        {"text": "a" * 1_000_000},
    ],
)
def test_an_article_may(fields: dict[str, object]) -> None:
    assert Article.parse(article(**fields)).id == "a"


def test_the_bytes_are_kept_as_they_were() -> None:
    value = b'{ "id":"a", "text":"x", "price": 1.10, "big": 123456789012345678901234567890 }'
    assert Article.parse(value).raw == value
