# SPDX-License-Identifier: MIT
"""The preconditioning of Karras et al. (2022): whatever σ, the layers see and give numbers of unit variance."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from engine.data.dataset import Dataset
from engine.models.network import Network
from engine.protocol.recipe.part import Model

OCTAVES = 4  #: frequencies by which the layers are told ln σ
SMALLEST = 1e-5  #: ln σ is taken of nothing smaller


class Preconditioned(Network):
    """D(x, σ) = m + c_skip (x − m) + c_out F(c_in (x − m), σ), m the mean example (Karras et al. 2022, eq. 7 and table 1).

    c_skip = σ_d²/(σ² + σ_d²), c_out = σ σ_d/√(σ² + σ_d²), c_in = 1/√(σ² + σ_d²); σ_d² is the examples' mean variance.
    """

    mean: Tensor  # (M,)
    octaves: Tensor  # (OCTAVES,)

    def __init__(self, declared: Model, data: Dataset) -> None:
        super().__init__(declared, data)
        train = torch.tensor(data.train)
        self.register_buffer("mean", train.mean(0), persistent=False)
        self.register_buffer("octaves", math.pi / 8 * 2.0 ** torch.arange(OCTAVES), persistent=False)
        # Examples that are all the same have no variance, and any scale will do.
        self.sigma_data = float((train - self.mean).square().mean().sqrt()) or 1.0

    def inner(self, x: Tensor, waves: Tensor) -> Tensor:
        """The layers F: scaled x (B, M), what tells them σ (B, 2·OCTAVES) → (B, M)."""
        raise NotImplementedError

    def denoise(self, x: Tensor, sigma: float | Tensor) -> Tensor:
        sigma = self._column(x, sigma)
        ratio = self.sigma_data * torch.rsqrt(sigma.square() + self.sigma_data**2)  # σ_d c_in
        out = self.inner(*self.told(x, sigma))
        return self.mean + (x - self.mean) * ratio.square() + out * (sigma * ratio)

    def told(self, x: Tensor, sigma: float | Tensor) -> tuple[Tensor, Tensor]:
        """What the layers are told of x (B, M) at σ: c_in (x − m) (B, M), and ln σ as waves (B, 2·OCTAVES)."""
        sigma = self._column(x, sigma)
        phase = sigma.clamp(min=SMALLEST).log() * self.octaves
        waves = torch.cat([phase.sin(), phase.cos()], dim=1)
        return (x - self.mean) * torch.rsqrt(sigma.square() + self.sigma_data**2), waves.expand(len(x), -1)

    @staticmethod
    def _column(x: Tensor, sigma: float | Tensor) -> Tensor:
        return torch.as_tensor(sigma, dtype=x.dtype, device=x.device).reshape(-1, 1)  # (B, 1) or (1, 1)
