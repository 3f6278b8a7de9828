# SPDX-License-Identifier: MIT
"""The torch half of the denoising autoencoder."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.models.network import Network, mlp
from engine.protocol.recipe.models.dae import Dae


class DaeNetwork(Network):
    """x → x through hidden layers of one width; it is trained for one σ and does not look at it."""

    def __init__(self, declared: Dae, shape: tuple[int, ...], generator: torch.Generator) -> None:
        super().__init__(declared, shape)
        self._widths = (self.size, *[declared.width] * declared.depth, self.size)
        self.layers = mlp(list(self._widths), generator)

    @property
    def widths(self) -> tuple[int, ...]:
        return self._widths

    def denoise(self, x: Tensor, sigma: float | Tensor) -> Tensor:
        clean: Tensor = self.layers(x)
        return clean

    def narrowest(self, x: Tensor, sigma: float | Tensor) -> Tensor:
        # The middle one of the hidden layers (all are equally wide), after its nonlinearity.
        if not self.declared.depth:  # type: ignore[attr-defined]
            return self.denoise(x, sigma)
        h: Tensor = self.layers[: 2 * ((len(self._widths) - 1) // 2)](x)
        return h
