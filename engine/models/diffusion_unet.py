# SPDX-License-Identifier: MIT
"""The torch half of the U-net that denoises images at all σ."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.data.dataset import Dataset
from engine.models.convolutions import UBody
from engine.models.preconditioned import OCTAVES, Preconditioned
from engine.models.unet import u_widths
from engine.protocol.recipe.models.diffusion_unet import DiffusionUnet


class DiffusionUnetNetwork(Preconditioned):
    """x through a U of convolutions whose blocks are told ln σ."""

    def __init__(self, declared: DiffusionUnet, data: Dataset, generator: torch.Generator) -> None:
        super().__init__(declared, data)
        self.body = UBody(self.shape[0], declared.channels, declared.skips, 2 * OCTAVES, generator)
        self._widths = u_widths(self.shape, declared.channels)

    @property
    def widths(self) -> tuple[int, ...]:
        return self._widths

    def inner(self, x: Tensor, waves: Tensor) -> Tensor:
        out: Tensor = self.body(x.view(-1, *self.shape), waves)
        return out.flatten(1)

    @property
    def narrowest_layer(self) -> int:
        return UBody.MIDDLE

    def narrowest(self, x: Tensor, sigma: float | Tensor) -> Tensor:
        return self.maps(x, sigma)[UBody.MIDDLE].flatten(1)

    def maps(self, x: Tensor, sigma: float | Tensor) -> tuple[Tensor, ...]:
        scaled, waves = self.told(x, sigma)
        return self.body.maps(scaled.view(-1, *self.shape), waves)
