"""Score the spotter on annotated sentences: ``python -m streams.analysis.hedges.evaluate``.

A line of the input is a JSON object with ``text``, ``lang`` and ``hedges`` (``start``, ``end``,
``category``, ``in_quote``) and ``hedged``, annotated by the guideline on hedged reporting.
A cue that is found matches an annotated one of its category when their spans overlap, one to
one; a sentence counts as the guideline's sentence level says.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from streams.analysis.hedges import spot
from streams.analysis.types import Document, Hedge, Span

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(slots=True)
class Counts:
    """True positives, false positives and false negatives."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def row(self) -> str:
        """Return precision, recall and F1 in per cent, and the counts behind them."""
        found, gold = self.right + self.wrong, self.right + self.missed
        precision = self.right / found if found else 0.0
        recall = self.right / gold if gold else 0.0
        f1 = 2 * self.right / (found + gold) if found + gold else 0.0
        return (
            f"{100 * precision:6.1f} {100 * recall:6.1f} {100 * f1:6.1f}"
            f"   {self.right:4d} {self.wrong:4d} {self.missed:4d}"
        )


def hedges_of(text: str, language: str) -> tuple[Hedge, ...]:
    """Return the hedges of a text that is one sentence."""
    sentence = Span("text", 0, len(text), text)
    return spot(Document(None, text, language, (sentence,)), ()).hedges


@dataclass(slots=True)
class Scores:
    cues: dict[str, Counts] = field(default_factory=dict)
    sentences: Counts = field(default_factory=Counts)


def match(gold: Sequence[dict[str, Any]], found: Sequence[Hedge]):
    pairs, rest = [], list(found)
    missed = []
    for one in gold:
        hit = next(
            (
                h
                for h in rest
                if h.category == one["category"] and h.start < one["end"] and one["start"] < h.end
            ),
            None,
        )
        if hit is None:
            missed.append(one)
        else:
            rest.remove(hit)
            pairs.append((one, hit))
    return pairs, missed, rest


def main() -> None:
    ap = argparse.ArgumentParser()
    ap.add_argument("files", nargs="+", type=Path)
    ap.add_argument("--errors", action="store_true")
    ap.add_argument("--half", choices=("first", "second"))
    a = ap.parse_args()
    counts: dict[str, Counts] = {}
    sent = Counts()
    quote = Counter()
    styp = Counter()
    for f in a.files:
        recs = [orjson.loads(l) for l in f.read_bytes().splitlines()]
        n = len(recs) // 2
        if a.half:
            recs = recs[:n] if a.half == "first" else recs[n:]
        for r in recs:
            found = hedges_of(r["text"], r["lang"])
            pairs, missed, extra = match(r["hedges"], found)
            h = any(x.hedged for x in found)
            for g, x in pairs:
                counts.setdefault(g["category"], Counts()).right += 1
                quote[g["in_quote"] == x.in_quote] += 1
                if g["category"] == "attribution":
                    t = x.source.type if x.source else None
                    styp[(g["source_type"] == t)] += 1
            for g in missed:
                counts.setdefault(g["category"], Counts()).missed += 1
            for x in extra:
                counts.setdefault(x.category, Counts()).wrong += 1
            if h and r["hedged"]:
                sent.right += 1
            elif h:
                sent.wrong += 1
            elif r["hedged"]:
                sent.missed += 1
            if a.errors and (missed or extra or h != r["hedged"]):
                print(r["id"], r["text"])
                if h != r["hedged"]:
                    print("    SENTENCE gold", r["hedged"])
                for g in missed:
                    print(
                        f"    - [{g['text']}] {g['category']} <- {g['source']} {g['source_type']}"
                    )
                for x in extra:
                    print(
                        f"    + [{x.text}] {x.category} {x.rule} <- {x.source.text if x.source else None} {x.source.type if x.source else ''} {'Q' if x.in_quote else ''}"
                    )
    al = Counts()
    for c in sorted(counts):
        print(f"{c:13}", counts[c].row())
        al.right += counts[c].right
        al.wrong += counts[c].wrong
        al.missed += counts[c].missed
    print(f"{'all cues':13}", al.row())
    print(f"{'sentences':13}", sent.row())
    print("in_quote", dict(quote), "source_type", dict(styp))


main()
