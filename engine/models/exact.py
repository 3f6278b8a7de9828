# SPDX-License-Identifier: MIT
"""The exact denoiser as a model like any other."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.closed_form import exact_denoiser
from engine.data.dataset import Dataset
from engine.models.network import Network
from engine.protocol.recipe.models.exact import Exact


class ExactNetwork(Network):
    """Σ_i P(x_i|x) x_i over the training examples: a layer of N units with a softmax, and no weights of its own."""

    examples: Tensor  # (N, M)

    def __init__(self, declared: Exact, data: Dataset, generator: torch.Generator) -> None:
        super().__init__(declared, data)
        self.register_buffer("examples", torch.tensor(data.train), persistent=False)

    @property
    def widths(self) -> tuple[int, ...]:
        return self.size, len(self.examples), self.size

    def denoise(self, x: Tensor, sigma: float | Tensor) -> Tensor:
        return exact_denoiser(x, self.examples, sigma)
