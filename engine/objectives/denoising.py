# SPDX-License-Identifier: MIT
"""The torch half of the denoising cost."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.objectives.objective import Objective


class DenoisingObjective(Objective):
    """‖x_i − DAE(x_i + ε_k)‖² per example, mean over `copies` fresh noises ε_k ~ N(0, σ²I) (Vincent 2011)."""

    names = ("loss",)

    def figures(self, x: Tensor, rows: Tensor, rng: torch.Generator) -> tuple[Tensor, ...]:
        sigma, copies = self.live["sigma"], self.live["copies"]
        if copies > 1:
            x = x.repeat(copies, 1)
        noisy = x + sigma * torch.randn(x.shape, generator=rng, device=x.device)
        return ((x - self.network.denoise(noisy, sigma)).square().sum() / len(x),)
