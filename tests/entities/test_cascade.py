"""The accurate profile reads again what the fast network is not sure of, and only that."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

from streams.analysis.entities.cascade import SHARE, Cascade
from streams.analysis.entities.convolution import Convolution
from streams.analysis.entities.encoder import Encoder
from streams.analysis.entities.tagger import MODELS
from streams.analysis.entities.vocabulary import Vocabulary

if TYPE_CHECKING:
    from numpy.typing import NDArray

EVIDENT = ["Ieri", "sera", "pioveva", "e", "la", "strada", "era", "vuota", "."]
DOUBTFUL = [
    "Secondo",
    "Ferrante",
    "Lodi",
    ",",
    "la",
    "Vega",
    "di",
    "Porto",
    "San",
    "Lauro",
    "tace",
    ".",
]


@pytest.fixture(scope="module")
def networks() -> tuple[Convolution, Encoder]:
    vocabulary = Vocabulary(MODELS)
    return Convolution(MODELS, vocabulary, threads=1), Encoder(MODELS, vocabulary, threads=1)


def test_what_is_evident_is_read_once(networks: tuple[Convolution, Encoder]) -> None:
    fast, accurate = networks
    evident, doubtful = Cascade(fast, accurate).scores([EVIDENT, DOUBTFUL])
    first = fast.scores([EVIDENT, DOUBTFUL])
    (second,) = accurate.scores([DOUBTFUL])
    np.testing.assert_array_equal(evident, first[0])
    mixed = SHARE * np.exp(second) + (1 - SHARE) * np.exp(first[1])
    np.testing.assert_allclose(np.exp(doubtful), mixed, rtol=1e-4)
    assert np.abs(np.exp(doubtful) - np.exp(first[1])).max() > 0.05


def test_scores_depend_on_the_sentence_alone(networks: tuple[Convolution, Encoder]) -> None:
    cascade = Cascade(*networks)
    together = cascade.scores([DOUBTFUL, EVIDENT, DOUBTFUL, []])
    for sentence, scores in zip([DOUBTFUL, EVIDENT, DOUBTFUL, []], together, strict=True):
        np.testing.assert_allclose(cascade.scores([sentence])[0], scores, atol=1e-4)


def test_scores_are_the_same_on_several_threads(networks: tuple[Convolution, Encoder]) -> None:
    vocabulary = Vocabulary(MODELS)
    shared = Cascade(
        Convolution(MODELS, vocabulary, threads=3), Encoder(MODELS, vocabulary, threads=3)
    )
    # Of many lengths, which the encoder reads in as many batches.
    sentences = [DOUBTFUL[:end] for end in range(len(DOUBTFUL))] * 20
    expected = Cascade(*networks).scores(sentences)
    for scores, alone in zip(shared.scores(sentences), expected, strict=True):
        # Batches differ, and with them, on some processors, the rounding.
        np.testing.assert_allclose(scores, alone, atol=1e-4)


def test_a_failure_on_another_thread_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = Convolution(MODELS, Vocabulary(MODELS), threads=2)
    run, failed = fast.run, threading.Event()

    def fail_elsewhere(batch: list[list[int]]) -> list[NDArray[np.float32]]:
        if threading.current_thread() is threading.main_thread():
            assert failed.wait(60)
            return run(batch)
        failed.set()
        raise MemoryError

    monkeypatch.setattr(fast, "run", fail_elsewhere)
    with pytest.raises(MemoryError):
        fast.scores([DOUBTFUL] * 200)
