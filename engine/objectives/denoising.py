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
        error, _ = self._error(x, rng)
        return (error.square().sum() / len(error),)

    def backward(self, x: Tensor, rows: Tensor, rng: torch.Generator, weight: float) -> tuple[Tensor, ...]:
        error, clean = self._error(x, rng)
        error = error.detach().flatten()
        # d/dx̂ of ‖x̂ − x‖² / B
        clean.backward(error.mul(2 * weight / len(clean)).view_as(clean))  # type: ignore[no-untyped-call]
        return (error.dot(error) / len(clean),)

    def _error(self, x: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """x̂ − x and x̂ = DAE(x + ε), both (copies · B, M)."""
        sigma, copies = self.live["sigma"], self.live["copies"]
        if copies > 1:
            x = x.repeat(copies, 1)
        noise = torch.randn(x.shape, generator=rng, device=x.device)
        clean = self.network.denoise(torch.add(x, noise, alpha=sigma), sigma)
        return clean - x, clean
