# SPDX-License-Identifier: MIT
"""The torch half of the denoiser for all σ."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.data.dataset import Dataset
from engine.models.network import mlp
from engine.models.preconditioned import OCTAVES, Preconditioned
from engine.protocol.recipe.models.diffusion import Diffusion


class DiffusionNetwork(Preconditioned):
    """x and ln σ through hidden layers of one width."""

    def __init__(self, declared: Diffusion, data: Dataset, generator: torch.Generator) -> None:
        super().__init__(declared, data)
        self._widths = (self.size, *[declared.width] * declared.depth, self.size)
        self.layers = mlp([self.size + 2 * OCTAVES, *self._widths[1:]], generator)

    @property
    def widths(self) -> tuple[int, ...]:
        return self._widths

    def inner(self, x: Tensor, waves: Tensor) -> Tensor:
        out: Tensor = self.layers(torch.cat([x, waves], dim=1))
        return out

    @property
    def narrowest_layer(self) -> int:
        return max(1, (len(self._widths) - 1) // 2)  # as in the DAE

    def narrowest(self, x: Tensor, sigma: float | Tensor) -> Tensor:
        h: Tensor = self.layers[: 2 * self.narrowest_layer](torch.cat(self.told(x, sigma), dim=1))
        return h
