"""Which mentions of an article name the same entity, judged by their names alone.

Mentions are joined where their names agree and kept apart in doubt: a shorter name is joined
to a longer one only where the article has exactly one that it can stand for. Descriptions
(*the president*, *il Cavaliere*) are never joined.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.analysis.types import EntityType

HONORIFICS = frozenset(
    """
    mr mrs ms dr prof sir lord lady sig signor signora signore dott dottor avv on mons don
    m mme mlle monsieur madame sr sra srta dom dona herr frau st san santa
    """.split()  # noqa: SIM905 - a list of words reads best as text
)
"""Forms of address before a person's name, in the six languages, without accents or dots."""

LEGAL_FORMS = frozenset(
    """
    inc corp corporation co company ltd limited plc llc group holding holdings
    spa srl sas snc sapa gruppo sa sarl sau sl ltda ag gmbh se kg nv bv ab
    """.split()  # noqa: SIM905
)
"""What may end an organisation's name and be left out of it."""

FUNCTION_WORDS = frozenset(
    """
    di del dello della dei degli delle da dal dalla per in il lo la i gli le l e ed d
    of the for and on de du des les et pour los las el y para do dos das o a os as em no na
    fur und der die den von
    """.split()  # noqa: SIM905
)
"""What an acronym may leave out of a name."""

REMEMBERED = 1 << 14
"""How many names' words are kept: news has the same names again and again."""

_WORD = re.compile(r"[^\W_]+")
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?")


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention's text and type, with the ``id`` and ``name`` that a gazetteer gave it."""

    text: str
    type: EntityType
    id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """What the mentions of one entity share."""

    id: str
    name: str


def resolve(mentions: Sequence[Mention]) -> list[Identity]:
    """Return the identity of each mention of one article, in the order given.

    Where no gazetteer knows an entity, its ``id`` is made from its type and its fullest name,
    so that one name has one ``id`` in every article: ``per:elon-musk``.
    """
    keys = [_Key(mention.type, _words(mention.text, mention.type)) for mention in mentions]
    longest_first = sorted(set(keys), key=lambda key: (-len(key.words), key.words))
    heads: dict[_Key, _Key] = {}
    fuller: defaultdict[tuple[EntityType, str], list[_Key]] = defaultdict(list)
    for key in longest_first:
        candidates = fuller[key.type, key.words[-1]]
        found = {heads[other] for other in candidates if _can_stand_for(key, other)}
        heads[key] = found.pop() if len(found) == 1 else key
        for word in _last_words_of_shorter(key):
            fuller[key.type, word].append(key)

    clusters: dict[_Key, list[Mention]] = {}
    for mention, key in zip(mentions, keys, strict=True):
        clusters.setdefault(heads[key], []).append(mention)
    identities = {head: _identity(head, cluster) for head, cluster in clusters.items()}
    return [identities[heads[key]] for key in keys]


@dataclass(frozen=True, slots=True)
class _Key:
    """What two mentions of the same name have in common."""

    type: EntityType
    words: tuple[str, ...]


@lru_cache(REMEMBERED)
def _words(name: str, kind: EntityType) -> tuple[str, ...]:
    """Return a name's words without case, accents, forms of address and legal forms."""
    text = _DOTTED.sub(lambda initials: initials.group().replace(".", "") + " ", name)
    plain = unicodedata.normalize("NFKD", text.casefold())
    words = _WORD.findall("".join(char for char in plain if not unicodedata.combining(char)))
    if kind == "PER":
        while len(words) > 1 and words[0] in HONORIFICS:
            del words[0]
    if kind == "ORG":
        while len(words) > 1 and words[-1] in LEGAL_FORMS:
            del words[-1]
    return tuple(words) or (name,)


def _last_words_of_shorter(full: _Key) -> set[str]:
    """Return what the last word of a name must be that may stand for a fuller one."""
    return {full.words[0], full.words[-1]} if full.type == "PER" else _acronyms(full.words)


def _can_stand_for(short: _Key, full: _Key) -> bool:
    """Tell whether a name may stand for another of its type that is no shorter."""
    if len(short.words) == len(full.words):
        # Of two names equally long, one may give an initial only: *E. Musk*, *Elon Musk*.
        return (
            short.type == "PER" and len(short.words) > 1 and _abbreviates(short.words, full.words)
        )
    if short.type == "PER":
        return _abbreviates(short.words, full.words)
    return len(short.words) == 1 and short.words[0] in _acronyms(full.words)


def _abbreviates(short: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """Tell whether a person's name is a shorter form of another.

    A single word must be the other's last or first (*Musk*, *Elon*). Of several, the last
    must agree, and the others follow one another in the full name, whole or as initials.
    """
    if len(short) == 1:
        return short[0] in (full[0], full[-1])
    if short[-1] != full[-1]:
        return False
    rest = iter(full[:-1])
    return all(any(_agrees(word, other) for other in rest) for word in short[:-1])


def _agrees(word: str, other: str) -> bool:
    return word == other or (1 in (len(word), len(other)) and word[0] == other[0])


def _acronyms(words: tuple[str, ...]) -> set[str]:
    """Return the initials of a name's words, with and without its function words."""
    content = [word for word in words if word not in FUNCTION_WORDS]
    return {"".join(word[0] for word in some) for some in (words, content) if len(some) > 1}


def _identity(head: _Key, mentions: list[Mention]) -> Identity:
    for mention in mentions:
        if mention.id is not None:
            return Identity(mention.id, mention.name or mention.text)
    # Capitals throughout are a headline's, unless the name is a short one: *NATO*.
    name = max(
        (mention.text for mention in mentions),
        key=lambda text: (len(_WORD.findall(text)), not text.isupper(), len(text)),
    )
    return Identity(f"{head.type.lower()}:{'-'.join(head.words)}", name)
