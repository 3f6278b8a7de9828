# SPDX-License-Identifier: MIT
"""The torch half of the autoencoder."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.data.dataset import Dataset
from engine.models.network import Network, mlp
from engine.protocol.recipe.models.ae import Ae


class AeNetwork(Network):
    """Encoder to M_hidd numbers, decoder back to M; without hidden layers the two span the principal axes."""

    def __init__(self, declared: Ae, data: Dataset, generator: torch.Generator) -> None:
        super().__init__(declared, data)
        self._latent = declared.latent
        hidden = [declared.width] * declared.depth
        self._widths = (self.size, *hidden, declared.latent, *hidden, self.size)
        self.encoder = mlp([self.size, *hidden, declared.latent], generator)
        self.decoder = mlp([declared.latent, *hidden, self.size], generator)

    @property
    def widths(self) -> tuple[int, ...]:
        return self._widths

    @property
    def latent(self) -> int:
        return self._latent

    def encode(self, x: Tensor) -> Tensor:
        h: Tensor = self.encoder(x)
        return h

    def decode(self, h: Tensor) -> Tensor:
        x: Tensor = self.decoder(h)
        return x
