"""What the networks share: sentences of any length in, log-probabilities of tags out."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

import numpy as np
import onnxruntime

from streams.analysis.entities.tags import TAGS
from streams.analysis.entities.windows import windows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

Item = TypeVar("Item")
"""What a network makes of one unit before it sees the context."""


class Network(ABC, Generic[Item]):
    """Scores the units of sentences, each in its own sentence alone.

    Sentences go through in batches that bound the memory needed; a sentence's scores do not
    depend on those it is batched with.
    """

    def __init__(self, path: Path, threads: int) -> None:
        """Load an ONNX model; up to ``threads`` batches run at once, each on one of them."""
        self.session = session(path)
        self.threads = threads
        self._helpers = ThreadPoolExecutor(threads, "network")
        properties = self.session.get_modelmeta().custom_metadata_map
        self.name = properties["name"]
        self._slope = float(properties["slope"])
        self._intercept = float(properties["intercept"])

    def score(self, confidence: float) -> float:
        """Return how probable it is that a mention of this confidence is right.

        Platt scaling (Platt 1999) of the log-odds, with parameters fitted on development data.
        """
        odds = max(confidence, 1e-6) / max(1 - confidence, 1e-6)
        return 1 / (1 + math.exp(-self._intercept - self._slope * math.log(odds)))

    @abstractmethod
    def encode(self, units: Sequence[str]) -> list[Item]:
        """Return what stands for each unit."""

    @abstractmethod
    def lengths(self, items: list[Item]) -> list[int]:
        """Return how many inputs of the network each unit takes."""

    @abstractmethod
    def batches(self, jobs: list[Job[Item]]) -> Iterable[list[Job[Item]]]:
        """Return the jobs in the batches that they are to run in."""

    @abstractmethod
    def run(self, batch: list[list[Item]]) -> list[NDArray[np.float32]]:
        """Return the log-probabilities, [units, tags], of the sequences of a batch."""

    def scores(self, sentences: Sequence[Sequence[str]]) -> list[NDArray[np.float32]]:
        """Return the log-probabilities, [units, tags], of each sentence's units."""
        results = [np.empty((len(units), len(TAGS)), np.float32) for units in sentences]
        jobs: list[Job[Item]] = []
        for units, result in zip(sentences, results, strict=True):
            items = self.encode(units)
            lengths = self.lengths(items)
            for start, end, first, last in windows(lengths):
                reading = slice(first - start, last - start)
                size = sum(lengths[start:end])
                jobs.append(Job(items[start:end], size, reading, result[first:last]))
        # The largest first, so that the threads end at about the same time.
        batches = sorted(self.batches(jobs), key=_size, reverse=True)
        left = iter(batches)  # gives each batch to one thread
        helpers = min(self.threads, len(batches)) - 1
        helping = [self._helpers.submit(self._run_all, left) for _ in range(helpers)]
        self._run_all(left)
        for helper in helping:
            helper.result()
        return results

    def _run_all(self, left: Iterator[list[Job[Item]]]) -> None:
        """Run batches until none is left; other threads may take from the same iterator."""
        for batch in left:
            for job, scores in zip(batch, self.run([job.items for job in batch]), strict=True):
                job.target[:] = scores[job.reading]


class Job(NamedTuple, Generic[Item]):
    """A window of a sentence, its size in inputs of the network, and where its scores go."""

    items: list[Item]
    size: int
    reading: slice
    target: NDArray[np.float32]


def _size(batch: list[Job[Item]]) -> int:
    return sum(job.size for job in batch)


def session(path: Path) -> onnxruntime.InferenceSession:
    """Load an ONNX model that runs on the thread which calls it."""
    options = onnxruntime.SessionOptions()
    # The runtime's own threads share each operation. These are small: two take longer than one.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # The stronger levels fuse additions into the layer norms, which is slower: the fused
    # operator is not vectorized.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
