"""From a title and a text to a document: its language and its sentences."""

from __future__ import annotations

from streams.analysis.language import identify_language, primary_subtag
from streams.analysis.sentences import split_sentences
from streams.analysis.types import Document, Span


def read_document(title: str | None, text: str, language: str | None = None) -> Document:
    """Identify the language where it is not given, and find the sentences.

    A title is one sentence, however it is punctuated. A blank title is none.
    """
    tag = language or identify_language(title, text)
    sentences = split_sentences("text", text, primary_subtag(tag))
    heading = (title or "").strip()
    if title and heading:
        start = title.index(heading)
        sentences = (Span("title", start, start + len(heading), heading), *sentences)
    return Document(title=title, text=text, language=tag, sentences=sentences)
