# SPDX-License-Identifier: MIT
"""The torch half of the diffusion model's cost."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from engine.models.preconditioned import Preconditioned
from engine.objectives.squares import NoisySquaredError
from engine.protocol.recipe.objectives.diffusion import Diffusion


class DiffusionObjective(NoisySquaredError):
    """λ(σ)‖x − D(x + σn, σ)‖² per example, ln σ/σ_data ~ N(P_mean, P_std²) (Karras et al. 2022, table 1).

    The σ of a minibatch are stratified: one from each of B equally likely parts of their distribution.
    """

    network: Preconditioned

    def __init__(self, declared: Diffusion, network: Preconditioned) -> None:
        super().__init__(declared, network)

    @property
    def sigma(self) -> float:
        return self.network.sigma_data * math.exp(self.live["p_mean"])

    def answer(self, x: Tensor, rows: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor | None]:
        sigma = self.noises(len(x), rng)
        noise = torch.randn(x.shape, generator=rng, device=x.device)
        return self.network.denoise(torch.addcmul(x, sigma, noise), sigma), x, self.weight(sigma)

    def noises(self, count: int, rng: torch.Generator) -> Tensor:
        places = torch.rand(count, 1, generator=rng, device=rng.device)
        places += torch.arange(count, device=rng.device).unsqueeze(1)
        normal = torch.special.ndtri(places / count)
        sigma: Tensor = (normal * self.live["p_std"] + (self.live["p_mean"] + math.log(self.network.sigma_data))).exp()
        return sigma

    def weight(self, sigma: Tensor) -> Tensor:
        """λ(σ) = 1/σ² + 1/σ_data², which makes the untrained network's cost about 1 for each component at every σ."""
        return sigma.pow(-2) + self.network.sigma_data**-2
