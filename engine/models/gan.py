# SPDX-License-Identifier: MIT
"""The torch half of the generative adversarial network."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.data.dataset import Dataset
from engine.models.chain import Chain
from engine.models.network import Network, mlp
from engine.protocol.recipe.models.gan import Gan


class GanNetwork(Network):
    """Generator M_hidd → M and discriminator M → 1, each with the same hidden layers."""

    def __init__(self, declared: Gan, data: Dataset, generator: torch.Generator) -> None:
        super().__init__(declared, data)
        self._latent = declared.latent
        hidden = [declared.width] * declared.depth
        self._widths = (declared.latent, *hidden, self.size, *hidden, 1)
        self.generator = mlp([declared.latent, *hidden, self.size], generator)
        self.discriminator = mlp([self.size, *hidden, 1], generator)

    @property
    def widths(self) -> tuple[int, ...]:
        return self._widths

    @property
    def chains(self) -> tuple[Chain, ...]:
        return self.generator, self.discriminator

    @property
    def latent(self) -> int:
        return self._latent

    def decode(self, h: Tensor) -> Tensor:
        x: Tensor = self.generator(h)
        return x

    def discriminate(self, x: Tensor) -> Tensor:
        logit: Tensor = self.discriminator(x)  # (B, 1)
        return logit.squeeze(1)
