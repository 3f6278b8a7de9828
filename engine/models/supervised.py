# SPDX-License-Identifier: MIT
"""The torch half of the supervised generator."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.data.dataset import Dataset
from engine.models.network import Network, mlp
from engine.protocol.recipe.models.supervised import Supervised


class SupervisedNetwork(Network):
    """A decoder alone. Its codes are those that the data came with, so that is where new ones are drawn from.

    Raises ValueError where the data came without.
    """

    known: Tensor  # (N, M_hidd)

    def __init__(self, declared: Supervised, data: Dataset, generator: torch.Generator) -> None:
        super().__init__(declared, data)
        if data.train_latents is None:
            raise ValueError("nobody knows the h of these examples")
        self.register_buffer("known", torch.tensor(data.train_latents), persistent=False)
        self._widths = (self.latent, *[declared.width] * declared.depth, self.size)
        self.decoder = mlp(list(self._widths), generator)

    @property
    def widths(self) -> tuple[int, ...]:
        return self._widths

    @property
    def latent(self) -> int:
        return self.known.shape[1]

    def prior(self, count: int, rng: torch.Generator) -> Tensor:
        return self.known[torch.randint(len(self.known), (count,), generator=rng, device=rng.device)]

    def decode(self, h: Tensor) -> Tensor:
        x: Tensor = self.decoder(h)
        return x
