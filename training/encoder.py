"""The encoder in PyTorch: the first layers of multilingual-e5-small with a head for tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from training import e5

if TYPE_CHECKING:
    from training.e5 import E5

EPSILON = 1e-12
DROPOUT = 0.1
"""As in the pretraining of BERT."""
HEAD_WIDTH = e5.HIDDEN // e5.HEADS


class Layer(nn.Module):
    """A post-norm transformer layer, as in BERT."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(e5.HIDDEN, 3 * e5.HIDDEN)
        self.attention_out = nn.Linear(e5.HIDDEN, e5.HIDDEN)
        self.attention_norm = nn.LayerNorm(e5.HIDDEN, EPSILON)
        self.feed_in = nn.Linear(e5.HIDDEN, e5.FEED_FORWARD)
        self.feed_out = nn.Linear(e5.FEED_FORWARD, e5.HIDDEN)
        self.feed_norm = nn.LayerNorm(e5.HIDDEN, EPSILON)
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        batch, length, _ = hidden.shape
        query, key, value = (
            self.qkv(hidden).view(batch, length, 3, e5.HEADS, HEAD_WIDTH).permute(2, 0, 3, 1, 4)
        )
        # Written out: the gradient of PyTorch's own takes half of a step on a processor.
        fit = (query @ key.transpose(2, 3)).float() * HEAD_WIDTH**-0.5
        mixed = fit.masked_fill(~mask, -torch.inf).softmax(3).to(value.dtype) @ value
        mixed = mixed.transpose(1, 2).reshape(batch, length, e5.HIDDEN)
        hidden = self.attention_norm(hidden + self.dropout(self.attention_out(mixed)))
        fed = self.feed_out(functional.gelu(self.feed_in(hidden)))
        out: Tensor = self.feed_norm(hidden + self.dropout(fed))
        return out


class Encoder(nn.Module):
    """Scores of tags for each piece. The word embeddings stay as they were pretrained.

    ``vocabulary`` gives the rows of the embedding table to keep, in order.
    """

    def __init__(self, source: E5, vocabulary: list[int], layers: int, tags: int) -> None:
        super().__init__()
        packed = source.packed_rows("emb.word")[vocabulary]
        table = torch.from_numpy(e5.unpack(packed)).view(-1, e5.HIDDEN)
        self.words = nn.Embedding(len(vocabulary), e5.HIDDEN, _weight=table, _freeze=True)
        kind = torch.from_numpy(source.tensor("emb.type")[: e5.HIDDEN].copy())
        position = torch.from_numpy(source.tensor("emb.pos").copy()).view(-1, e5.HIDDEN)
        self.positions = nn.Parameter(position + kind)
        self.norm = nn.LayerNorm(e5.HIDDEN, EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        self.dropout = nn.Dropout(DROPOUT)
        self.head = nn.Linear(e5.HIDDEN, tags)
        _load(self.norm, source, "emb.ln")
        for number, layer in enumerate(self.layers):
            _load_layer(layer, source, f"l{number}.")  # type: ignore[arg-type]

    def hidden(self, ids: Tensor) -> Tensor:
        """Return the hidden states for padded ids, [batch, length] to [batch, length, width]."""
        mask = (ids != e5.PAD)[:, None, None, :]
        hidden: Tensor = self.norm(self.words(ids) + self.positions[: ids.shape[1]])
        for layer in self.layers:
            hidden = layer(hidden, mask)
        return hidden

    def forward(self, ids: Tensor) -> Tensor:
        """Return scores, [batch, length, tags], for padded piece ids, [batch, length]."""
        scores: Tensor = self.head(self.dropout(self.hidden(ids)))
        return scores


def _load(module: nn.Linear | nn.LayerNorm, source: E5, name: str) -> None:
    with torch.no_grad():
        for parameter, suffix in ((module.weight, "w"), (module.bias, "b")):
            values = torch.from_numpy(source.tensor(f"{name}.{suffix}").copy())
            parameter.copy_(values.view_as(parameter))


def _load_layer(layer: Layer, source: E5, prefix: str) -> None:
    with torch.no_grad():
        for suffix, parameter in (("w", layer.qkv.weight), ("b", layer.qkv.bias)):
            parts = [source.tensor(f"{prefix}{part}.{suffix}") for part in ("q", "k", "v")]
            values = torch.cat([torch.from_numpy(part.copy()) for part in parts])
            parameter.copy_(values.view_as(parameter))
    _load(layer.attention_out, source, f"{prefix}ao")
    _load(layer.attention_norm, source, f"{prefix}aln")
    _load(layer.feed_in, source, f"{prefix}fi")
    _load(layer.feed_out, source, f"{prefix}fo")
    _load(layer.feed_norm, source, f"{prefix}oln")
