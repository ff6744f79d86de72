"""A language's grammar of hedging, read from its data file (``it.toml``, ``en.toml``, …).

The format is described at the top of ``it.toml``.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, get_args

from streams.analysis.hedges.patterns import LocalPattern, Pattern
from streams.analysis.types import Category, SourceType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

Where: TypeAlias = Literal[
    "sentence", "before", "after", "left", "right", "over", "clause", "governing"
]
SourceFrom: TypeAlias = Literal["none", "phrase", "subject", "antecedent"]

_LOCAL = frozenset({"left", "right", "over"})
_LONGEST_WORD = 40  # no lexicon word is longer; a longer token belongs to no class
_KNOWN_WORDS = 1 << 16  # distinct tokens whose classes are remembered

_Owner = TypeVar("_Owner")


class GrammarError(ValueError):
    """A grammar file that is not well formed; the message says where."""


@dataclass(frozen=True, slots=True)
class Context:
    """Something that can stand near a cue and changes how it is read.

    It is found by ``patterns``, or where a cue of one of ``rules`` has been found; ``left``,
    ``right`` and ``over`` are looked for at the cue itself, by ``local``.
    """

    name: str
    where: Where
    patterns: tuple[Pattern, ...]
    local: tuple[LocalPattern, ...]
    rules: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """How one kind of cue is recognised and read.

    A match counts if one of the ``when`` contexts holds (if there are any) and none of the
    ``unless`` contexts. ``order`` is the rule's place in the file: earlier rules win.
    ``contexts`` are those that the rule's own cues are for the rules after it.
    """

    name: str
    category: Category
    patterns: tuple[Pattern, ...]
    when: tuple[str, ...]
    unless: tuple[str, ...]
    source: SourceFrom
    source_type: SourceType | None
    points_back: bool
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]
    contexts: tuple[Context, ...]
    order: int


@dataclass(frozen=True, slots=True)
class Word:
    """What the lexicon knows of a token: its classes and what can be anchored at it."""

    raw: str
    key: str
    classes: frozenset[str]
    rules: tuple[tuple[Rule, Pattern], ...]
    contexts: tuple[tuple[Context, Pattern], ...]


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language's lexicon, rules and contexts; ``word`` looks a token up."""

    language: str
    elision: bool
    spellings: Mapping[str, str]
    insets: tuple[LocalPattern, ...]
    rules: tuple[Rule, ...]
    contexts: Mapping[str, Context]
    word: Callable[[str], Word]


@dataclass(frozen=True, slots=True)
class _Suffixes:
    name: str
    suffixes: tuple[str, ...]
    except_words: frozenset[str]
    except_suffixes: tuple[str, ...]

    def hold(self, key: str) -> bool:
        return (
            key.endswith(self.suffixes)
            and key not in self.except_words
            and not (self.except_suffixes and key.endswith(self.except_suffixes))
        )


class _Lexicon:
    """Word classes from word lists, verb paradigms and suffixes."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._paradigms = data.get("paradigms", {})
        self._verbs = data.get("verbs", {})
        self.members: dict[str, set[str]] = defaultdict(set)
        self.suffixes: list[_Suffixes] = []
        self.names: set[str] = {"capital", "number", "word"}
        self._parents: dict[str, list[str]] = defaultdict(list)
        for name, entry in data.get("classes", {}).items():
            self._add(name, entry)

    def _add(self, name: str, entry: Mapping[str, str]) -> None:
        self.names.add(name)
        if unknown := entry.keys() - {"words", "suffixes", "except", "verbs", "classes"}:
            raise GrammarError(f"class {name!r} has unknown keys: {sorted(unknown)}")
        for word in entry.get("words", "").split():
            self.members[word].add(name)
        for lemma in entry.get("verbs", "").split():
            for form_class, forms in self._inflect(lemma):
                self.names.add(f"{name}.{form_class}")
                for form in forms:
                    self.members[form] |= {name, f"{name}.{form_class}"}
        if "suffixes" in entry:
            exceptions = entry.get("except", "").split()
            self.suffixes.append(
                _Suffixes(
                    name,
                    tuple(entry["suffixes"].split()),
                    frozenset(word for word in exceptions if not word.startswith("-")),
                    tuple(word[1:] for word in exceptions if word.startswith("-")),
                )
            )
        for part in entry.get("classes", "").split():
            self._parents[part].append(name)

    def _inflect(self, lemma: str) -> Iterable[tuple[str, list[str]]]:
        if lemma in self._verbs:
            for name, forms in self._verbs[lemma].items():
                yield name, forms.split()
            return
        fitting = [
            paradigm
            for paradigm in self._paradigms.values()
            if lemma.endswith(paradigm["ending"])
            and ("lemmas" not in paradigm or lemma in paradigm["lemmas"].split())
        ]
        if not fitting:
            raise GrammarError(f"no paradigm for the verb {lemma!r}")
        paradigm = max(fitting, key=lambda one: ("lemmas" in one, len(one["ending"])))
        stem = lemma.removesuffix(paradigm["ending"])
        for name, endings in paradigm.items():
            if name not in {"ending", "lemmas"}:
                yield name, [stem + ending.removeprefix("-") for ending in endings.split()]

    def rarity(self, name: str) -> int:
        """Return how rare a word or, with its @, the commonest word of a class is.

        Long words are rare ones (Zipf 1935): it is the length, a third of it for a suffix, but
        0 for the words of the class ``common``.
        """
        if not name.startswith("@"):
            return 0 if "common" in self.members.get(name, ()) else len(name)
        of = name[1:]
        words = [self.rarity(word) for word, classes in self.members.items() if of in classes]
        suffixes = [
            len(one) // 3 for entry in self.suffixes if entry.name == of for one in entry.suffixes
        ]
        parts = [self.rarity(f"@{part}") for part, whole in self._parents.items() if of in whole]
        return min([*words, *suffixes, *parts], default=0)

    def classes(self, raw: str, key: str) -> frozenset[str]:
        """Return the classes of a token."""
        found: set[str] = set()
        if raw[0].isalpha():
            found.add("word")
            if raw[0].isupper():
                found.add("capital")
        elif raw[0].isdigit():
            found.add("number")
        if len(key) <= _LONGEST_WORD:
            found |= self.members.get(key, set())
            found |= {suffixes.name for suffixes in self.suffixes if suffixes.hold(key)}
        queue = list(found)
        while queue:
            for parent in self._parents.get(queue.pop(), ()):
                if parent not in found:
                    found.add(parent)
                    queue.append(parent)
        return frozenset(found)


def load(language: str) -> Grammar | None:
    """Return the grammar of a BCP 47 language tag, or None where there is none.

    Raises `GrammarError` or `PatternError` where the file is not well formed.
    """
    return _load(language.partition("-")[0].lower())


@cache
def _load(language: str) -> Grammar | None:
    file = resources.files(__package__) / f"{language}.toml"
    if not language.isalpha() or not file.is_file():
        return None
    return parse(tomllib.loads(file.read_text(encoding="utf-8")))


def parse(data: Mapping[str, Any]) -> Grammar:
    """Build a grammar from a file's data.

    Raises `GrammarError` or `PatternError` where it is not well formed.
    """
    lexicon = _Lexicon(data)
    macros = data.get("macros", {})

    def patterns(sources: Sequence[str]) -> tuple[Pattern, ...]:
        found = tuple(Pattern(source, macros, lexicon.rarity) for source in sources)
        for pattern in found:
            if unknown := pattern.anchor_classes - lexicon.names:
                raise GrammarError(f"no class {sorted(unknown)} for {pattern.source!r}")
        return found

    contexts = {
        name: Context(
            name,
            entry["where"],
            () if entry["where"] in _LOCAL else patterns(entry.get("patterns", ())),
            tuple(LocalPattern(source, macros) for source in entry.get("patterns", ()))
            if entry["where"] in _LOCAL
            else (),
            frozenset(entry.get("rules", ())),
        )
        for name, entry in data.get("contexts", {}).items()
    }
    rules = tuple(
        Rule(
            name=entry["name"],
            category=entry["category"],
            patterns=patterns(entry["patterns"]),
            when=tuple(entry.get("when", ())),
            unless=tuple(entry.get("unless", ())),
            source=entry.get("source", "none"),
            source_type=entry.get("source-type"),
            points_back=entry.get("points-back", False),
            examples=tuple(entry.get("examples", ())),
            counterexamples=tuple(entry.get("counterexamples", ())),
            contexts=tuple(one for one in contexts.values() if entry["name"] in one.rules),
            order=order,
        )
        for order, entry in enumerate(data["rules"])
    )
    _check(rules, contexts)
    spellings = data.get("spellings", {})
    return Grammar(
        language=data["language"],
        elision=data.get("elision", False),
        spellings=spellings,
        insets=tuple(LocalPattern(source, macros) for source in data.get("insets", ())),
        rules=rules,
        contexts=contexts,
        word=_lookup(lexicon, spellings, rules, contexts.values()),
    )


def _check(rules: Sequence[Rule], contexts: Mapping[str, Context]) -> None:
    for context in contexts.values():
        if context.where not in get_args(Where):
            raise GrammarError(f"context {context.name!r}: no place is called {context.where!r}")
    names: set[str] = set()
    for rule in rules:
        if rule.name in names:
            raise GrammarError(f"two rules are called {rule.name!r}")
        names.add(rule.name)
        if rule.category not in get_args(Category):
            raise GrammarError(f"rule {rule.name!r}: no category is called {rule.category!r}")
        if rule.source not in get_args(SourceFrom):
            raise GrammarError(f"rule {rule.name!r}: no source is called {rule.source!r}")
        if unknown := {*rule.when, *rule.unless} - contexts.keys():
            raise GrammarError(f"rule {rule.name!r}: no contexts {sorted(unknown)}")
    for context in contexts.values():
        if not context.rules <= names:
            raise GrammarError(f"context {context.name!r}: no rules {context.rules - names}")


def _lookup(
    lexicon: _Lexicon,
    spellings: Mapping[str, str],
    rules: Sequence[Rule],
    contexts: Iterable[Context],
) -> Callable[[str], Word]:
    rules_at = _index([(rule, pattern) for rule in rules for pattern in rule.patterns])
    contexts_at = _index([(context, one) for context in contexts for one in context.patterns])

    @lru_cache(_KNOWN_WORDS)
    def word(raw: str) -> Word:
        key = raw.lower()
        if not key.isascii():
            key = unicodedata.normalize("NFC", key).replace("’", "'")
        key = spellings.get(key, key)
        classes = lexicon.classes(raw, key)
        names = [key, *(f"@{name}" for name in sorted(classes))]
        return Word(
            raw,
            key,
            classes,
            tuple(dict.fromkeys(entry for name in names for entry in rules_at.get(name, ()))),
            tuple(dict.fromkeys(entry for name in names for entry in contexts_at.get(name, ()))),
        )

    return word


def _index(entries: Iterable[tuple[_Owner, Pattern]]) -> Mapping[str, list[tuple[_Owner, Pattern]]]:
    index: dict[str, list[tuple[_Owner, Pattern]]] = defaultdict(list)
    for owner, pattern in entries:
        for name in [*pattern.anchor_words, *(f"@{name}" for name in pattern.anchor_classes)]:
            index[name].append((owner, pattern))
    return index
