"""Whom a claim is attributed to: the phrase that names the source, and its type.

The phrase is a stretch of tokens found from the cue: to its right (*secondo* ‹X›), or as the
subject of its verb, before it or, inverted, after it. What ends a phrase and what tells the
types apart are word classes of the grammar file (``source-stop``, ``source-anonymous``, …).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.analysis.hedges.grammar import Word
    from streams.analysis.types import SourceType

_LONGEST = 16  # tokens of a source's phrase
_NO_SUBJECT = frozenset({"adverb", "preposition", "source-stop", "source-gap", "clause-start"})
_SPEAKERS = frozenset({"source-anonymous", "source-public", "source-named", "source-speaker"})
_FARTHEST = 40  # tokens between a verb and the start of its subject
_LONGEST_TITLE = 6  # tokens of a quoted name: *il quotidiano «Corriere della Sera»*
_OPENING = frozenset("«“„‹")
_QUOTES = frozenset('«»“”„"‹›')
_CLOSING = _QUOTES | {")"}


def phrase_after(words: Sequence[Word], at: int, last: int) -> tuple[int, int] | None:
    """Return the noun phrase that starts at token ``at``, or None if there is none."""
    start = at
    while start < last and "source-skip" in words[start].classes:
        start += 1
    if start < last and "preposition" in words[start].classes:
        return None
    end = _end_of_phrase(words, start, last)
    while end > start and "source-tail" in words[end - 1].classes:
        end -= 1
    return (start, end) if end > start else None


def with_apposition(words: Sequence[Word], phrase: tuple[int, int], last: int) -> tuple[int, int]:
    """Return the phrase with the name that follows it between commas: *il sindaco, Anna Bruni,*."""
    start, end = phrase
    named = "capital" in words[start].classes and "determiner" not in words[start].classes
    if named or end >= last or words[end].key != ",":
        return phrase
    stop = end + 1
    while stop < last and "capital" in words[stop].classes:
        stop += 1
    closed = stop == last or "word" not in words[stop].classes
    opens = stop > end + 1 and words[end + 1].classes.isdisjoint(_NO_SUBJECT)
    return (start, stop) if opens and closed else phrase


def _end_of_phrase(words: Sequence[Word], start: int, last: int) -> int:
    limit = min(last, start + _LONGEST)
    end = start
    while end < limit:
        if title := _title(words, start, end, limit):
            end = title
        elif _stops(words, start, end, last):
            break
        else:
            end += 1
    return end


def _title(words: Sequence[Word], start: int, at: int, last: int) -> int | None:
    """Return where the quoted name that starts at token ``at``, after a common noun, ends."""
    if (
        at == start
        or at + 1 >= last
        or words[at].key not in _QUOTES
        or "capital" not in words[at + 1].classes
        or "capital" in words[at - 1].classes
    ):
        return None
    closing = range(at + 2, min(last, at + 2 + _LONGEST_TITLE))
    return next((i + 1 for i in closing if words[i].key in _QUOTES), None)


def _stops(words: Sequence[Word], start: int, at: int, last: int) -> bool:
    classes = words[at].classes
    if "source-and" in classes:
        return at + 1 >= last or "capital" not in words[at + 1].classes
    if "source-stop" in classes:
        return True
    if "source-to" in classes and at + 1 < last and "source-addressee" in words[at + 1].classes:
        return at > start  # *Marchetti ai giornalisti*
    # A determiner after a noun starts another phrase.
    return (
        at > start
        and "determiner" in classes
        and words[at - 1].classes.isdisjoint({"determiner", "preposition", "source-and"})
    )


def _aside_before(words: Sequence[Word], end: int, first: int) -> int | None:
    """Return where the quoted name or the bracketed aside that ends before ``end`` starts."""
    if end == first or words[end - 1].key not in _CLOSING:
        return None
    opening = range(end - 2, max(first, end - 3 - _LONGEST_TITLE), -1)
    if words[end - 1].key == ")":
        return next((at for at in opening if words[at].key == "("), None)
    return next((at for at in opening if _title(words, first, at, end) == end), None)


def subject_before(words: Sequence[Word], at: int, first: int) -> tuple[int, int] | None:
    """Return the subject of the verb group that starts at token ``at``, or None.

    Clauses and phrases between the two commas of an apposition are stepped over; a relative
    pronoun stands for the noun phrase before it.
    """
    end = at
    while end > first and (
        "source-gap" in words[end - 1].classes or words[end - 1].key in _OPENING
    ):
        end -= 1
    if end > first and "relative" in words[end - 1].classes:
        article = end - 2 >= first and "determiner" in words[end - 2].classes  # *la quale*
        return antecedent(words, end - 2 if article else end - 1, first)
    floor = max(first, end - _FARTHEST)
    start = end
    while start > floor:
        if "clause-start" not in words[start - 1].classes:
            start -= 1
        elif (aside := _aside_before(words, start, floor)) is not None:
            start = aside
        else:
            break
    found = _subject_after_and(words, start, end) or _subject_among(words, start, end)
    if found is None and start > first and "relative" in words[start - 1].classes:
        # un dirigente che ha visto i conti spiega
        return _ungoverned(words, antecedent(words, start - 1, first), first)
    if found is None:
        # *Dopo due ore il sindaco ha detto*: the last phrase.
        return _ungoverned(words, antecedent(words, end, start), first)
    return found


def _ungoverned(
    words: Sequence[Word], phrase: tuple[int, int] | None, first: int
) -> tuple[int, int] | None:
    """Return the phrase unless a preposition governs it, for then it is no subject."""
    if phrase and phrase[0] > first and "preposition" in words[phrase[0] - 1].classes:
        return None
    return phrase


def subject(
    words: Sequence[Word], start: int, end: int, first: int, last: int
) -> tuple[int, int] | None:
    """Return the subject of the verb group ``words[start:end]``, or None.

    It follows the verb after a quotation (*«…», ha detto X*) or the same without marks (*Si
    parte, ha detto X*); elsewhere, where nothing before the verb can be its subject, what
    follows it may as well be its object, and is only taken for the subject if it is a name or
    tells of people who speak (*confermano fonti della Difesa*).
    """
    before = start - 2 if start - 1 > first and words[start - 1].key == "," else start - 1
    inverted = (
        before >= first
        and "quotation" in words[before].classes
        and words[before].key not in _OPENING
        and _aside_before(words, before + 1, first) is None
    ) or _follows_words(words, start, end, first, last)
    if not inverted:
        found = subject_before(words, start, first)
        if found is not None:
            return found
    if end >= last or words[end].classes.isdisjoint({"source-head", "capital"}):
        return None
    found = phrase_after(words, end, last)
    if found is None or inverted or "capital" in words[end].classes:
        return found
    return found if _speaks(words, found) else None


def _speaks(words: Sequence[Word], phrase: tuple[int, int]) -> bool:
    """Tell whether the phrase names people or bodies that speak."""
    return any(
        words[at].classes & _SPEAKERS and "determiner" not in words[at].classes
        for at in range(*phrase)
    )


def _follows_words(words: Sequence[Word], start: int, end: int, first: int, last: int) -> bool:
    """Tell whether a verb between its content and its subject stands at ``words[start:end]``.

    A name or one who speaks that nothing follows is its subject; otherwise the content has to
    be a clause: for a name any, for a common noun the one up to the first comma (*Il ministro,
    ieri, ha detto*).
    """
    if start == first or words[start - 1].key != "," or end >= last:
        return False
    found = phrase_after(words, end, last)
    if found is None:
        return False
    name = "capital" in words[end].classes
    closed = found[1] == last or "word" not in words[found[1]].classes
    if closed and (name or _speaks(words, found)):
        return True
    floor = max(first, start - _FARTHEST)
    comma = next(at for at in range(floor, start) if words[at].key == ",")
    clause = any("finite" in words[at].classes for at in range(floor, start if name else comma))
    return clause and (closed or (name and "preposition" in words[found[1]].classes))


def antecedent(words: Sequence[Word], at: int, first: int) -> tuple[int, int] | None:
    """Return the noun phrase right before token ``at``, from its determiner or first capital."""
    end = at - 1 if at > first and words[at - 1].key in {",", "("} else at
    if (aside := _aside_before(words, end, first)) is not None:
        end = aside
    floor = max(first, end - _LONGEST)
    start = end
    while start > floor and "clause-start" not in words[start - 1].classes:
        start -= 1
        opening = start == first or words[start - 1].key == ","
        if "determiner" in words[start].classes or (
            opening
            and "capital" in words[start].classes
            and words[start].classes.isdisjoint(_NO_SUBJECT)
        ):
            return _trim(words, start, end)
    return None


def _subject_among(words: Sequence[Word], start: int, end: int) -> tuple[int, int] | None:
    """Choose the subject among the comma-separated parts of a clause."""
    commas = [at for at in range(start, end) if words[at].key == ","]
    bounds = [start - 1, *commas, end]
    parts = [(left + 1, right) for left, right in pairwise(bounds) if right > left + 1]
    parts = [(_lead(words, left, right), right) for left, right in parts]
    if len(parts) > 1 and parts[-1][1] == end and _bare_after_clause(words, parts[-1][0], start):
        return _trim(words, *parts[-1])
    fitting = [part for part in parts if _nominal(words, part)]
    if not fitting:
        return _name_at_end(words, *parts[0]) if parts else None
    closed = bool(commas) and commas[-1] == end - 1
    chosen = fitting[0] if closed else fitting[-1]
    return _trim(words, *chosen)


def _bare_after_clause(words: Sequence[Word], start: int, first: int) -> bool:
    """Tell whether a noun without an article follows what is told: *Shares fell, traders said*."""
    plain = "word" in words[start].classes and words[start].classes.isdisjoint(_NO_SUBJECT)
    return plain and any("finite" in words[at].classes for at in range(first, start))


def _subject_after_and(words: Sequence[Word], start: int, end: int) -> tuple[int, int] | None:
    """Return the subject of the second of two coordinated clauses, if it has one of its own."""
    verb = next((at for at in range(start, end) if "finite" in words[at].classes), end)
    joint = next((at for at in range(end - 1, verb, -1) if "source-and" in words[at].classes), end)
    return _subject_among(words, joint + 1, end)


def _name_at_end(words: Sequence[Word], start: int, end: int) -> tuple[int, int] | None:
    """Return the name that ends an adverbial without being part of it: *a maggio Anna Bruni*."""
    at = end
    while at > start and "capital" in words[at - 1].classes:
        at -= 1
    governed = at == start or words[at - 1].classes & {"preposition", "determiner", "relative"}
    return None if at == end or governed else (at, end)


def _lead(words: Sequence[Word], start: int, end: int) -> int:
    """Return where the part starts without the adverbs at its head (*anche il Senato*)."""
    while (
        start < end - 1
        and words[start].classes & {"adverb", "source-skip"}
        and "preposition" not in words[start].classes
    ):
        start += 1
    return start


def _nominal(words: Sequence[Word], part: tuple[int, int]) -> bool:
    classes = words[part[0]].classes
    return "source-head" in classes or ("capital" in classes and classes.isdisjoint(_NO_SUBJECT))


def _trim(words: Sequence[Word], start: int, end: int) -> tuple[int, int] | None:
    while start < end and "source-skip" in words[start].classes:
        start += 1
    stop = _end_of_phrase(words, start, end)
    while stop > start and "source-tail" in words[stop - 1].classes:
        stop -= 1
    return (start, stop) if stop > start else None


def source_type(words: Sequence[Word], phrase: tuple[int, int], first: int) -> SourceType:
    """Return the type of the source ``words[phrase]`` in a sentence that starts at ``first``.

    The first noun that tells decides, if it stands before any preposition (not *il leader della
    maggioranza*), else a determiner (*alcuni*, *many*). A person who is
    not named but placed by a name (*Pentagon officials*) or pointed at (*il funzionario*)
    counts as named, an indefinite phrase as anonymous.
    """
    start, end = phrase
    head = next((at for at in range(start, end) if "preposition" in words[at].classes), end)
    nouns = [
        words[at]
        for at in range(start, head)
        if "determiner" not in words[at].classes
        # Business Insider is a name.
        and (at == first or {"capital", "common-noun"} & words[at].classes != {"capital"})
    ]
    for word in [*nouns, words[start]]:
        for kind in _TELLING:
            if f"source-{kind}" in word.classes:
                return kind
        if "source-unless-named" in word.classes:
            pointed = "singular-definite" in words[start].classes
            return "named" if pointed or _names(words, phrase, first) else "anonymous"
    named = _names(words, (start + 1, end), first) or _is_named_after(words, end)
    return "anonymous" if "indefinite" in words[start].classes and not named else "named"


def _is_named_after(words: Sequence[Word], end: int) -> bool:
    """Tell whether a name in apposition follows the phrase: *una figlia, Anna*."""
    return (
        end + 1 < len(words)
        and words[end].key == ","
        and "capital" in words[end + 1].classes
        and words[end + 1].classes.isdisjoint(_NO_NAME)
    )


def _names(words: Sequence[Word], phrase: tuple[int, int], first: int) -> bool:
    """Tell whether a word of the phrase is a name, and no capital for another reason."""
    return any(
        "capital" in words[at].classes
        and words[at].classes.isdisjoint(_NO_NAME)
        and (at > first or words[at].classes <= _UNKNOWN)
        for at in range(*phrase)
    )


_TELLING: tuple[SourceType, ...] = ("anonymous", "document", "public", "named")
_NO_NAME = frozenset(
    {"determiner", "nationality", "source-qualifier", "source-unless-named", "common-noun"}
)
_UNKNOWN = frozenset({"word", "capital"})
