# SPDX-License-Identifier: MIT
"""The torch half of the convolutional variational autoencoder."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.data.dataset import Dataset
from engine.models.convolutions import convolution, enlargement
from engine.models.network import Network, linear
from engine.protocol.recipe.models.conv_vae import ConvVae


class ConvVaeNetwork(Network):
    """Two convolutions that halve the edge and one layer to 2·M_hidd numbers; the decoder goes the same way back."""

    def __init__(self, declared: ConvVae, data: Dataset, generator: torch.Generator) -> None:
        super().__init__(declared, data)
        colors, height, width = self.shape
        one, two = declared.channels, 2 * declared.channels
        low = (two, height // 4, width // 4)
        self._latent, units = declared.latent, two * (height // 4) * (width // 4)
        self._widths = (self.size, 2 * units, units, 2 * declared.latent, units, 2 * units, self.size)
        self.encoder = nn.Sequential(
            nn.Unflatten(1, self.shape),
            convolution(colors, one, 4, generator, stride=2), nn.SiLU(),
            convolution(one, two, 4, generator, stride=2), nn.SiLU(),
            nn.Flatten(), linear(units, 2 * declared.latent, generator),
        )  # fmt: skip
        self.decoder = nn.Sequential(
            linear(declared.latent, units, generator), nn.Unflatten(1, low), nn.SiLU(),
            enlargement(two, one, generator), nn.SiLU(),
            enlargement(one, colors, generator), nn.Flatten(),
        )  # fmt: skip

    @property
    def widths(self) -> tuple[int, ...]:
        return self._widths

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

    def maps(self, x: Tensor, sigma: float | Tensor) -> tuple[Tensor, ...]:
        found = [*_after_nonlinearities(self.encoder, x), *_after_nonlinearities(self.decoder, self.encode(x))]
        return *found, self.decode(self.encode(x)).view(-1, *self.shape)


def _after_nonlinearities(layers: nn.Sequential, x: Tensor) -> list[Tensor]:
    found = []
    for layer in layers:
        x = layer(x)
        if isinstance(layer, nn.SiLU):
            found.append(x)
    return found
