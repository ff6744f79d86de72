"""The fast network in PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.encoder import EPSILON

WIDTH = 384
DILATIONS = (1, 2, 4, 8, 1)
"""Together they see 16 units to each side."""


class Block(nn.Module):
    """A convolution over a unit and its two neighbours at a distance, added to its input."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.mix = nn.Linear(3 * WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, EPSILON)

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        # The matrix takes half precision anyway; so it is copied while it is small.
        low = hidden.to(torch.get_autocast_dtype("cpu"))
        padded = functional.pad(low, (0, 0, self.dilation, self.dilation))
        length = hidden.shape[1]
        near = [padded[:, shift * self.dilation :][:, :length] for shift in range(3)]
        mixed = functional.relu(self.mix(torch.cat(near, dim=2)))
        out: Tensor = self.norm(hidden + mixed) * mask
        return out


class Student(nn.Module):
    """Scores of tags for each unit, from the features of units (see ``words.features``)."""

    def __init__(self, features: int, tags: int) -> None:
        super().__init__()
        self.words = nn.Sequential(nn.Linear(features, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH))
        self.blocks = nn.ModuleList(Block(dilation) for dilation in DILATIONS)
        self.head = nn.Linear(WIDTH, tags)

    def forward(self, units: Tensor, places: Tensor, mask: Tensor) -> Tensor:
        """Return scores, [batch, length, tags].

        ``units`` are the features of the batch's different units, ``places`` [batch, length]
        tells which stands where, ``mask`` [batch, length, 1] is 1 where one stands.
        """
        hidden = self.words(units)[places] * mask
        for block in self.blocks:
            hidden = block(hidden, mask)
        scores: Tensor = self.head(hidden)
        return scores
