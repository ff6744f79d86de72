"""Sentences follow one another without padding, and none sees the next."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from streams.analysis.entities.convolution import neighbours


def test_neighbours_end_with_their_sentence() -> None:
    outside = 3
    assert neighbours([1, 3]).tolist() == [
        [outside, 0, outside],
        [outside, 1, 2],
        [1, 2, outside],
        [outside, outside, outside],
    ]


def test_the_exported_network_scores_as_the_trained_one() -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnx")
    import onnxruntime

    from training import export
    from training.student import DILATIONS, WIDTH, Student

    torch.manual_seed(0)
    student = Student(features=7, tags=17).eval()
    weights = {name: tensor.numpy() for name, tensor in student.state_dict().items()}
    features = np.random.default_rng(0).normal(size=(16, 7)).astype(np.float32)

    words = onnxruntime.InferenceSession(export.student_words(weights).SerializeToString())
    context = export.student(weights, DILATIONS, None)
    session = onnxruntime.InferenceSession(context.SerializeToString())
    (vectors,) = words.run(["words"], {"features": features})
    assert vectors.shape == (16, WIDTH)
    ends = [1, 3, 16]
    (scores,) = session.run(["scores"], {"words": vectors, "near": neighbours(ends)})

    for start, end in pairwise((0, *ends)):
        places = torch.arange(start, end)[None]
        mask = torch.ones(1, end - start, 1)
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            expected = student(torch.from_numpy(features), places, mask)
        np.testing.assert_allclose(
            scores[start:end], expected[0].float().log_softmax(-1).numpy(), atol=0.05
        )
