# SPDX-License-Identifier: MIT
"""The torch half of the denoising cost."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.objectives.squares import NoisySquaredError


class DenoisingObjective(NoisySquaredError):
    """‖x_i − DAE(x_i + ε_k)‖² per example, mean over `copies` fresh noises ε_k ~ N(0, σ²I) (Vincent 2011)."""

    @property
    def sigma(self) -> float:
        return float(self.live["sigma"])

    def answer(self, x: Tensor, rows: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor | None]:
        sigma, copies = self.live["sigma"], self.live["copies"]
        if copies > 1:
            x = x.repeat(copies, 1)
        noise = torch.randn(x.shape, generator=rng, device=x.device)
        return self.network.denoise(torch.add(x, noise, alpha=sigma), sigma), x, None

    def noises(self, count: int, rng: torch.Generator) -> Tensor:
        return torch.full((count, 1), self.sigma, device=rng.device)
