# SPDX-License-Identifier: MIT
"""The torch half of the denoising cost."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from engine.objectives.arithmetic import plus
from engine.objectives.squares import NoisySquaredError


class DenoisingObjective(NoisySquaredError):
    """‖x_i − DAE(x_i + ε_k)‖² per example, mean over `copies` fresh noises ε_k ~ N(0, σ²I) (Vincent 2011)."""

    @property
    def sigma(self) -> float:
        return float(self.live["sigma"])

    def answer(self, x: Tensor, rows: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor | None]:
        noisy, x = self._corrupt(x, rng)
        return self.network.denoise(noisy, self.live["sigma"]), x, None

    def backward(self, x: Tensor, rows: Tensor, rng: torch.Generator, weight: float) -> tuple[Tensor, ...]:
        if len(self.network.chains) != 1:
            return super().backward(x, rows, rng, weight)
        with torch.no_grad():
            noisy, x = self._corrupt(x, rng)
            walk = self.network.chains[0].walk(noisy, self.rounded)
            error = walk.out - x
            flat = error.flatten()
            loss = flat.dot(flat) / len(x)
            walk.back(error.mul_(2 * weight / len(x)))  # d/dx̂ of ‖x̂ − x‖² / B
        return (loss,)

    def begin(
        self, x: Tensor, rows: Tensor, rng: torch.Generator, weight: float
    ) -> Callable[[], tuple[Tensor, ...]] | None:
        return None if len(self.network.chains) == 1 else super().begin(x, rows, rng, weight)

    def _corrupt(self, x: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """x + σn and x, both (copies · B, M)."""
        sigma, copies = self.live["sigma"], self.live["copies"]
        if copies > 1:
            x = x.repeat(copies, 1)
        noise = torch.randn(x.shape, generator=rng, device=x.device)
        return plus(x, noise, sigma), x

    def noises(self, count: int, rng: torch.Generator) -> Tensor:
        return torch.full((count, 1), self.sigma, device=rng.device)
