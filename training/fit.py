"""Fitting the networks, from fixed seeds and on a fixed number of threads, hence repeatable."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from streams.analysis.entities.tags import TAGS
from streams.analysis.entities.units import split
from streams.analysis.entities.vocabulary import BEGIN, END, PAD, UNKNOWN, Vocabulary
from streams.analysis.entities.words import SHAPES
from training import data
from training.encoder import Encoder
from training.examples import allowed_tags, batches, gold_tags, vary
from training.lexicon import Lexicon
from training.student import Student

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from training.e5 import E5

Example = TypeVar("Example")

Labelled = tuple[list[str], "NDArray[np.float16]"]
"""A sentence's units and the probabilities of their tags, [units, tags]."""
Scorer = Callable[[list[list[str]]], "Sequence[NDArray[np.float32]]"]
"""Sentences' units to the log-probabilities of their tags, [units, tags] each."""

SEED = 2
THREADS = 2

LAYERS = 10
ENCODER_EPOCHS = 4
ENCODER_RATE = 1.2e-4
ENCODER_BATCH = 1024
"""Pieces, padding included."""
LONGEST = 254
"""Pieces of a training sentence; the rest is not learned from."""
UNKNOWN_RATE = 0.04
"""How many units are hidden, so that their context has to tell what they are.

The student still sees how they are written.
"""

STUDENT_EPOCHS = 4
STUDENT_RATE = 1e-3
STUDENT_BATCH = 2048
"""Units, padding included."""

LABELLED_AT_ONCE = 8000
"""Enough to fill the encoder's batches with sentences of one size."""


class Lesson(NamedTuple):
    """What is to be learned of a sentence.

    ``target`` are the teacher's probabilities, [units, tags], 0 where it was not asked;
    ``allowed``, the tags that each unit may have, all where there is no annotation.
    """

    units: list[str]
    target: NDArray[np.float16]
    allowed: NDArray[np.bool_]


class PieceExample(NamedTuple):
    """A sentence for an encoder: ``firsts`` are the positions in ``ids`` of units' first pieces."""

    ids: list[int]
    firsts: list[int]
    target: NDArray[np.float16]
    allowed: NDArray[np.bool_]


class UnitExample(NamedTuple):
    """A sentence for the student: ``numbers`` are its units' in the lexicon, [units]."""

    numbers: NDArray[np.int64]
    target: NDArray[np.float16]
    allowed: NDArray[np.bool_]


def fit_encoder(
    source: E5,
    kept: list[int],
    vocabulary: Vocabulary,
    root: Path,
    labelled: Sequence[Labelled] = (),
) -> Encoder:
    """Return an encoder; ``kept`` are the vocabulary's ids.

    It is fitted to the annotated corpora; where there are sentences ``labelled`` by another
    encoder, to those once and to the corpora annotated by hand in each epoch.
    """
    choose = _seeded(SEED)

    def epoch(number: int) -> list[list[PieceExample]]:
        sources = data.gold(root) if labelled else [*data.gold(root), *data.silver(root, number)]
        lessons = chain(
            (_taught(*one) for one in labelled[number::ENCODER_EPOCHS]),
            _annotated(sources, choose),
        )
        examples = [_piece_example(lesson, vocabulary, choose) for lesson in lessons]
        return batches(examples, lambda example: len(example.ids), ENCODER_BATCH, choose)

    def loss(batch: list[PieceExample]) -> Tensor:
        width = max(len(example.ids) for example in batch)
        ids = torch.tensor([example.ids + [PAD] * (width - len(example.ids)) for example in batch])
        firsts = torch.tensor(
            [row * width + first for row, one in enumerate(batch) for first in one.firsts]
        )
        with torch.autocast("cpu", torch.bfloat16):
            hidden = model.dropout(model.hidden(ids)).flatten(0, 1)[firsts]
            scores = model.head(hidden)
        return _loss(scores, batch)

    model = Encoder(source, kept, LAYERS, len(TAGS))
    head = list(model.head.parameters())
    body = [
        parameter
        for name, parameter in model.named_parameters()
        if parameter.requires_grad and not name.startswith("head.")
    ]
    optimizer = torch.optim.AdamW(
        [{"params": body, "lr": ENCODER_RATE}, {"params": head, "lr": 5 * ENCODER_RATE}],
        weight_decay=0.01,
        fused=True,
    )
    _fit(model, optimizer, [partial(epoch, number) for number in range(ENCODER_EPOCHS)], loss)
    return model


def fit_student(labelled: Sequence[Labelled], vocabulary: Vocabulary, root: Path) -> Student:
    """Return the student fitted to what a teacher labelled and to the corpora annotated by hand."""
    choose = _seeded(SEED)
    hide = np.random.default_rng(SEED)
    gold = data.gold(root)
    lexicon = Lexicon(vocabulary)
    taught = [_unit_example(_taught(*one), lexicon) for one in labelled]

    def epoch() -> list[list[UnitExample]]:
        annotated = [_unit_example(lesson, lexicon) for lesson in _annotated(gold, choose)]
        examples = [*taught, *annotated]
        return batches(examples, lambda example: len(example.numbers), STUDENT_BATCH, choose)

    def loss(batch: list[UnitExample]) -> Tensor:
        lengths = torch.tensor([len(example.numbers) for example in batch])
        mask = torch.arange(int(lengths.max())) < lengths[:, None]
        numbers = np.concatenate([example.numbers for example in batch])
        different, ranks = np.unique(numbers, return_inverse=True)
        hidden = np.flatnonzero(hide.random(len(numbers)) < UNKNOWN_RATE)
        ranks[hidden] = len(different) + np.arange(len(hidden))
        words = lexicon.features(np.concatenate([different, numbers[hidden]]))
        words[len(different) :, :-SHAPES] = 0
        places = torch.zeros(mask.shape, dtype=torch.long)
        places[mask] = torch.from_numpy(ranks)
        with torch.autocast("cpu", torch.bfloat16):
            scores = model(words, places, mask.unsqueeze(2).float())
        return _loss(scores[mask], batch)

    model = Student(lexicon.width, len(TAGS))
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=STUDENT_RATE, weight_decay=0.01, fused=True
    )
    _fit(model, optimizer, [epoch] * STUDENT_EPOCHS, loss)
    return model


def label(score: Scorer, sentences: Sequence[str]) -> Iterator[Labelled]:
    """Yield each sentence's units, in a form of it as ``vary`` gives, with their tags."""
    choose = random.Random(SEED)
    for start in range(0, len(sentences), LABELLED_AT_ONCE):
        some = sentences[start : start + LABELLED_AT_ONCE]
        varied = [vary(sentence, choose) for sentence in some]
        units = [[unit.text for unit in split(sentence)] for sentence in varied]
        for one, scores in zip(units, score(units), strict=True):
            yield one, np.exp(scores).astype(np.float16)


def _seeded(seed: int) -> random.Random:
    torch.set_num_threads(THREADS)
    torch.manual_seed(seed)
    return random.Random(seed)


def _taught(units: list[str], target: NDArray[np.float16]) -> Lesson:
    return Lesson(units, target, np.ones(target.shape, np.bool_))


def _annotated(sources: Iterable[data.Source], choose: random.Random) -> Iterator[Lesson]:
    """Yield what corpora say of their sentences; each annotates some types."""
    for sentences, types in sources:
        for sentence in sentences:
            units = split(vary(sentence.text, choose))
            allowed = allowed_tags(gold_tags(units, sentence), types)
            unasked = np.zeros(allowed.shape, np.float16)
            yield Lesson([unit.text for unit in units], unasked, allowed)


def _piece_example(lesson: Lesson, vocabulary: Vocabulary, choose: random.Random) -> PieceExample:
    ids, firsts = [BEGIN], []
    for unit in lesson.units:
        firsts.append(len(ids))
        hidden = choose.random() < UNKNOWN_RATE
        ids += (UNKNOWN,) if hidden else vocabulary.pieces(unit)
    firsts = [first for first in firsts if first < LONGEST]
    target, allowed = lesson.target[: len(firsts)], lesson.allowed[: len(firsts)]
    return PieceExample([*ids[:LONGEST], END], firsts, target, allowed)


def _unit_example(lesson: Lesson, lexicon: Lexicon) -> UnitExample:
    return UnitExample(lexicon.numbers(lesson.units), lesson.target, lesson.allowed)


def _loss(scores: Tensor, batch: Sequence[PieceExample] | Sequence[UnitExample]) -> Tensor:
    """Return the mean loss of the units of a batch, whose ``scores`` are [units, tags].

    It is minus the log of the probability that a unit's allowed tags have in all, and the cross
    entropy to what the teacher said (Hinton et al. 2015).
    """
    target = torch.from_numpy(np.concatenate([example.target for example in batch]))
    allowed = torch.from_numpy(np.concatenate([example.allowed for example in batch]))
    logs = scores.float().log_softmax(-1)
    surprise = -logs.masked_fill(~allowed, -1e9).logsumexp(-1)
    total: Tensor = (surprise - (target * logs).sum(-1)).mean()
    return total


def _fit(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    epochs: Sequence[Callable[[], list[list[Example]]]],
    loss: Callable[[list[Example]], Tensor],
) -> None:
    """Fit to the batches of each epoch in turn.

    The learning rate rises over the first twelfth of the steps and then falls to 0.
    """
    for number, epoch in enumerate(epochs):
        found = epoch()
        if number == 0:
            steps = len(epochs) * len(found)
            schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, partial(_rate, steps))
        for step, batch in enumerate(found):
            optimizer.zero_grad()
            value = loss(batch)
            value.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            if step % 50 == 0:
                place = f"epoch {number + 1} of {len(epochs)}, step {step} of {len(found)}"
                print(f"{place}: loss {value.item():.4f}", flush=True)
    model.eval()


def _rate(steps: int, step: int) -> float:
    rise = steps / 12
    return min((step + 1) / rise, max(0.0, (steps - step) / (steps - rise)))
