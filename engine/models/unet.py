# SPDX-License-Identifier: MIT
"""The torch half of the U-net that denoises images."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.data.dataset import Dataset
from engine.models.convolutions import UBody
from engine.models.network import Network
from engine.protocol.recipe.models.unet import Unet


class UnetNetwork(Network):
    """x → x through a U of convolutions; trained for one σ, it does not look at it."""

    def __init__(self, declared: Unet, data: Dataset, generator: torch.Generator) -> None:
        super().__init__(declared, data)
        self.body = UBody(self.shape[0], declared.channels, declared.skips, 0, generator)
        self._widths = u_widths(self.shape, declared.channels)

    @property
    def widths(self) -> tuple[int, ...]:
        return self._widths

    def denoise(self, x: Tensor, sigma: float | Tensor) -> Tensor:
        clean: Tensor = self.body(x.view(-1, *self.shape), None)
        return clean.flatten(1)

    @property
    def narrowest_layer(self) -> int:
        return UBody.MIDDLE

    def narrowest(self, x: Tensor, sigma: float | Tensor) -> Tensor:
        return self.maps(x, sigma)[UBody.MIDDLE].flatten(1)

    def maps(self, x: Tensor, sigma: float | Tensor) -> tuple[Tensor, ...]:
        return self.body.maps(x.view(-1, *self.shape), None)


def u_widths(shape: tuple[int, ...], channels: int) -> tuple[int, ...]:
    """Units from input to output: the levels down, the middle, the levels up."""
    colors, height, width = shape
    pixels = height * width
    down = (colors * pixels, channels * pixels, channels * pixels // 2)
    return *down, channels * pixels // 4, *reversed(down)
