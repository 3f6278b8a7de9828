# SPDX-License-Identifier: MIT
"""The torch half of the denoising autoencoder."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.data.dataset import Dataset
from engine.models.chain import Chain
from engine.models.network import Network, mlp
from engine.protocol.recipe.models.dae import Dae


class DaeNetwork(Network):
    """x → x through hidden layers of one width; it is trained for one σ and does not look at it."""

    def __init__(self, declared: Dae, data: Dataset, generator: torch.Generator) -> None:
        super().__init__(declared, data)
        self._widths = (self.size, *[declared.width] * declared.depth, self.size)
        self.layers = mlp(list(self._widths), generator)

    @property
    def widths(self) -> tuple[int, ...]:
        return self._widths

    @property
    def chains(self) -> tuple[Chain, ...]:
        return (self.layers,)

    def denoise(self, x: Tensor, sigma: float | Tensor) -> Tensor:
        clean: Tensor = self.layers(x)
        return clean

    @property
    def narrowest_layer(self) -> int:
        # The hidden layers are equally wide: the middle one. A linear model has only its output.
        return max(1, (len(self._widths) - 1) // 2)

    def narrowest(self, x: Tensor, sigma: float | Tensor) -> Tensor:
        h: Tensor = self.layers[: 2 * self.narrowest_layer](x)  # after its nonlinearity
        return h
