"""The accurate network in 8 bits does what it does in 32-bit floats."""

from __future__ import annotations

import numpy as np
import pytest

WIDTH, INNER, TAGS = 384, 1536, 17


def random_weights(layers: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)

    def matrix(name: str, rows: int, columns: int) -> dict[str, np.ndarray]:
        weight = random.normal(0, columns**-0.5, (rows, columns)).astype(np.float32)
        bias = random.normal(0, 0.1, rows).astype(np.float32)
        return {f"{name}.weight": weight, f"{name}.bias": bias}

    def norm(name: str) -> dict[str, np.ndarray]:
        return {f"{name}.weight": np.ones(WIDTH, np.float32), f"{name}.bias": np.zeros(WIDTH, "f4")}

    weights = {"positions": random.normal(0, 0.1, (64, WIDTH)).astype(np.float32)} | norm("norm")
    for layer in (f"layers.{number}" for number in range(layers)):
        weights |= matrix(f"{layer}.qkv", 3 * WIDTH, WIDTH)
        weights |= matrix(f"{layer}.attention_out", WIDTH, WIDTH) | norm(f"{layer}.attention_norm")
        weights |= matrix(f"{layer}.feed_in", INNER, WIDTH)
        weights |= matrix(f"{layer}.feed_out", WIDTH, INNER) | norm(f"{layer}.feed_norm")
    return weights | matrix("head", TAGS, WIDTH)


def test_8_bits_score_as_32() -> None:
    pytest.importorskip("onnx")
    import onnxruntime

    from training import export

    weights = random_weights(layers=2)
    samples = [
        {"embeddings": np.random.default_rng(size).normal(size=(2, size, WIDTH)).astype(np.float32)}
        for size in (3, 20, 40)
    ]
    floats = export.encoder(weights, None)
    ranges = export.measure(floats, samples)
    bytes_ = export.encoder(weights, ranges)
    exact, rounded = (
        onnxruntime.InferenceSession(model.SerializeToString()) for model in (floats, bytes_)
    )
    for sample in samples:
        (expected,) = exact.run(["scores"], sample)
        (scores,) = rounded.run(["scores"], sample)
        assert scores.shape == (*sample["embeddings"].shape[:2], TAGS)
        assert np.abs(scores - expected).mean() < 0.05 * expected.std()
