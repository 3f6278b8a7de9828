# SPDX-License-Identifier: MIT
"""The torch half of the variational autoencoder."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.data.dataset import Dataset
from engine.models.chain import Chain
from engine.models.network import Network, mlp
from engine.protocol.recipe.models.vae import Vae


class VaeNetwork(Network):
    """Encoder to 2·M_hidd outputs (μ and ln Σ), decoder back to M (Kingma & Welling 2014)."""

    def __init__(self, declared: Vae, data: Dataset, generator: torch.Generator) -> None:
        super().__init__(declared, data)
        self._latent = declared.latent
        hidden = [declared.width] * declared.depth
        self._widths = (self.size, *hidden, 2 * declared.latent, *hidden, self.size)
        self.encoder = mlp([self.size, *hidden, 2 * declared.latent], generator)
        self.decoder = mlp([declared.latent, *hidden, self.size], generator)

    @property
    def widths(self) -> tuple[int, ...]:
        return self._widths

    @property
    def chains(self) -> tuple[Chain, ...]:
        return self.encoder, self.decoder

    @property
    def latent(self) -> int:
        return self._latent

    def encode(self, x: Tensor) -> Tensor:
        return self.posterior(x)[0]

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mu, log_var = self.encoder(x).chunk(2, dim=1)
        return mu, log_var

    def decode(self, h: Tensor) -> Tensor:
        x: Tensor = self.decoder(h)
        return x
