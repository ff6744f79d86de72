"""Writing trained networks as ONNX graphs with 8-bit weights for onnxruntime.

Matrices are quantized per output column, activations per tensor with ranges measured once on
sample text (static quantization, Jacob et al. 2018): unlike ranges taken from each batch,
these give a sentence the same scores whatever it is batched with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from training import e5
from training.encoder import EPSILON

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    Weights = Mapping[str, NDArray[np.float32]]

MICROSOFT = "com.microsoft"
"""The domain of onnxruntime's own operators."""
OPSET = 21


def _tensor(
    name: str, shape: Sequence[str | int], kind: int = TensorProto.FLOAT
) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


class Range(NamedTuple):
    """The least and the greatest value of an activation."""

    low: float
    high: float


Ranges = dict[str, Range]
"""Of the activations that enter a matrix, by the matrix's name."""


class Graph:
    """An ONNX graph in the making.

    Without ``ranges`` it computes in 32-bit floats, and has the activations that enter its
    matrices as further outputs, so that their ranges can be measured.
    """

    def __init__(self, weights: Weights, ranges: Ranges | None) -> None:
        self._weights = weights
        self._ranges = ranges
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}
        self._measured: list[onnx.ValueInfoProto] = []

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        """Add a constant and return its name."""
        self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def node(self, kind: str, *inputs: str, domain: str = "", **options: Any) -> str:
        """Add a node with one output and return its name."""
        return self.nodes(kind, *inputs, domain=domain, outputs=1, **options)[0]

    def nodes(
        self, kind: str, *inputs: str, outputs: int, domain: str = "", **options: Any
    ) -> list[str]:
        """Add a node with several outputs and return their names."""
        names = [f"{kind}.{len(self._nodes)}.{rank}" for rank in range(outputs)]
        self._nodes.append(helper.make_node(kind, inputs, names, domain=domain, **options))
        return names

    def quantized(self, name: str, value: str) -> str:
        """Return an activation as the matrix of this name takes it."""
        if self._ranges is None:
            self._nodes.append(helper.make_node("Identity", [value], [name]))
            self._measured.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
            return name
        low, high = self._ranges[name]
        step = np.float32((high - low) / 255)
        self.constant(f"{name}.step", np.asarray(step))
        self.constant(f"{name}.zero", np.asarray(np.round(-low / step), np.uint8))
        return self.node("QuantizeLinear", value, f"{name}.step", f"{name}.zero")

    def zeros(self, name: str, width: int) -> str:
        """Return a row of what stands for 0 in an activation from ``quantized``."""
        if self._ranges is None:
            return self.constant(f"{name}.outside", np.zeros((1, width), np.float32))
        zero = numpy_helper.to_array(self._constants[f"{name}.zero"])
        return self.constant(f"{name}.outside", np.full((1, width), zero))

    def product(self, name: str, value: str) -> str:
        """Return an activation from ``quantized`` times the matrix of this name, plus its bias."""
        if self._ranges is None:
            matrix = self.constant(f"{name}.weight", self._weights[f"{name}.weight"].T)
            return self.node("Add", self.node("MatMul", value, matrix), self._bias(name))
        matrix, scale = self._matrix(name)
        return self.node(
            "MatMulIntegerToFloat",
            value,
            matrix,
            f"{name}.step",
            scale,
            f"{name}.zero",
            "",
            self._bias(name),
            domain=MICROSOFT,
        )

    def _bias(self, name: str) -> str:
        return self.constant(f"{name}.bias", self._weights[f"{name}.bias"])

    def _matrix(self, name: str) -> tuple[str, str]:
        """Add an 8-bit matrix and the scales of its columns."""
        weight = self._weights[f"{name}.weight"]
        scale = (np.abs(weight).max(axis=1) / 127).astype(np.float32)
        matrix = np.round(weight / scale[:, None]).astype(np.int8).T
        return self.constant(f"{name}.weight", matrix), self.constant(f"{name}.scale", scale)

    def attention(self, name: str, value: str, heads: int) -> str:
        """Return what attention makes of an activation, with queries, keys and values from it.

        They are products with the matrix of this name, one after another.
        """
        value = self.quantized(name, value)
        if self._ranges is None:
            parts = self.nodes("Split", self.product(name, value), outputs=3, axis=2, num_outputs=3)
            return self.node("MultiHeadAttention", *parts, domain=MICROSOFT, num_heads=heads)
        matrix, scale = self._matrix(name)
        return self.node(
            "QAttention",
            value,
            matrix,
            self._bias(name),
            f"{name}.step",
            scale,
            "",
            f"{name}.zero",
            domain=MICROSOFT,
            num_heads=heads,
        )

    def linear(self, name: str, value: str) -> str:
        """Return an activation times the matrix of this name, plus its bias."""
        return self.product(name, self.quantized(name, value))

    def norm(self, name: str, value: str) -> str:
        """Return the layer norm of an activation."""
        weight = self.constant(f"{name}.weight", self._weights[f"{name}.weight"])
        bias = self.constant(f"{name}.bias", self._weights[f"{name}.bias"])
        return self.node("LayerNormalization", value, weight, bias, axis=-1, epsilon=EPSILON)

    def head(self, value: str) -> str:
        """Return the log-probabilities of tags, in 32-bit floats."""
        weight = self.constant("head.weight", self._weights["head.weight"].T)
        scores = self.node("Add", self.node("MatMul", value, weight), self._bias("head"))
        return self.node("LogSoftmax", scores, axis=-1)

    def model(
        self, inputs: Sequence[onnx.ValueInfoProto], output: onnx.ValueInfoProto, value: str
    ) -> onnx.ModelProto:
        """Return the graph from ``inputs`` to ``value``, called as ``output`` says."""
        self._nodes.append(helper.make_node("Identity", [value], [output.name]))
        graph = helper.make_graph(
            self._nodes,
            "tagger",
            inputs,
            [output, *self._measured],
            list(self._constants.values()),
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def encoder(weights: Weights, ranges: Ranges | None) -> onnx.ModelProto:
    """Return the accurate network: ``embeddings`` [batch, pieces, 384] to ``scores``."""
    graph = Graph(weights, ranges)
    layers = len({name.split(".")[1] for name in weights if name.startswith("layers.")})
    length = graph.node("Shape", "embeddings", start=1, end=2)
    origin = graph.constant("origin", np.array([0]))
    table = graph.constant("positions", weights["positions"])
    positions = graph.node("Slice", table, origin, length, origin)
    hidden = graph.norm("norm", graph.node("Add", "embeddings", positions))
    for number in range(layers):
        layer = f"layers.{number}"
        mixed = graph.attention(f"{layer}.qkv", hidden, e5.HEADS)
        mixed = graph.linear(f"{layer}.attention_out", mixed)
        hidden = graph.norm(f"{layer}.attention_norm", graph.node("Add", hidden, mixed))
        fed = graph.node("Gelu", graph.linear(f"{layer}.feed_in", hidden), domain=MICROSOFT)
        fed = graph.linear(f"{layer}.feed_out", fed)
        hidden = graph.norm(f"{layer}.feed_norm", graph.node("Add", hidden, fed))
    return graph.model(
        [_tensor("embeddings", ("batch", "pieces", e5.HIDDEN))],
        _tensor("scores", ("batch", "pieces", len(weights["head.bias"]))),
        graph.head(hidden),
    )


def student_words(weights: Weights) -> onnx.ModelProto:
    """Return the fast network's first part: ``features`` [units, n] to ``words`` [units, width].

    It is in half precision on disk, and so is what it returns; it works in 32-bit floats.
    """
    graph = Graph(weights, None)
    value = "features"
    for name in ("words.0", "words.2"):
        matrix = graph.constant(f"{name}.weight", weights[f"{name}.weight"].T.astype(np.float16))
        matrix = graph.node("Cast", matrix, to=TensorProto.FLOAT)
        bias = graph.constant(f"{name}.bias", weights[f"{name}.bias"])
        value = graph.node("Add", graph.node("MatMul", value, matrix), bias)
        if name == "words.0":
            value = graph.node("Relu", value)
    features = weights["words.0.weight"].shape[1]
    width = len(weights["words.2.bias"])
    return graph.model(
        [_tensor("features", ("units", features))],
        _tensor("words", ("units", width), TensorProto.FLOAT16),
        graph.node("Cast", value, to=TensorProto.FLOAT16),
    )


def student(weights: Weights, dilations: Sequence[int], ranges: Ranges | None) -> onnx.ModelProto:
    """Return the fast network's second part: ``words`` [units, width] to ``scores``.

    Sentences follow one another without padding. ``near`` [units + 1, 3] gives the rows of the
    unit before each unit, of the unit itself and of the one after it; what lies outside a
    sentence is the row after the last unit. ``dilations`` are powers of 2.
    """
    graph = Graph(weights, ranges)
    bounds = [
        graph.constant(name, np.array([place])) for name, place in (("first", 0), ("last", -1))
    ]
    axis = graph.constant("axis", np.array([0]))
    near = {1: "near"}
    for distance in (1 << power for power in range(max(dilations).bit_length() - 1)):
        # The unit before the one before, and so on.
        near[2 * distance] = graph.node("GatherElements", near[distance], near[distance], axis=0)
    rows = {dilation: graph.node("Slice", near[dilation], *bounds, axis) for dilation in dilations}
    width = len(weights["blocks.0.norm.bias"])
    shape = graph.constant("shape", np.array([-1, 3 * width]))
    hidden = graph.node("Cast", "words", to=TensorProto.FLOAT)
    for number, dilation in enumerate(dilations):
        block = f"blocks.{number}"
        level = graph.quantized(f"{block}.mix", hidden)
        level = graph.node("Concat", level, graph.zeros(f"{block}.mix", width), axis=0)
        window = graph.node("Reshape", graph.node("Gather", level, rows[dilation], axis=0), shape)
        mixed = graph.node("Relu", graph.product(f"{block}.mix", window))
        hidden = graph.norm(f"{block}.norm", graph.node("Add", hidden, mixed))
    return graph.model(
        [
            _tensor("words", ("units", width), TensorProto.FLOAT16),
            _tensor("near", ("places", 3), TensorProto.INT64),
        ],
        _tensor("scores", ("units", len(weights["head.bias"]))),
        graph.head(hidden),
    )


def measure(model: onnx.ModelProto, samples: Iterable[Mapping[str, NDArray[np.generic]]]) -> Ranges:
    """Return the ranges of the activations of a graph made without ``ranges``."""
    session = onnxruntime.InferenceSession(model.SerializeToString())
    names = [output.name for output in session.get_outputs()[1:]]
    ranges = dict.fromkeys(names, Range(0, 0))
    for sample in samples:
        for name, value in zip(names, session.run(names, sample), strict=True):
            low, high = ranges[name]
            ranges[name] = Range(min(low, value.min()), max(high, value.max()))
    return ranges
