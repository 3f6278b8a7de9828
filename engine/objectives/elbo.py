# SPDX-License-Identifier: MIT
"""The torch half of the evidence lower bound."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from engine.models.network import Network
from engine.objectives.objective import Objective
from engine.protocol.recipe.objectives.elbo import Elbo

LN_2PI = math.log(2 * math.pi)


class ElboObjective(Objective):
    """reconstruction + β·KL in nats per example, sums over components (Kingma & Welling 2014, eq. 10).

    reconstruction = ‖x − g(h_s)‖²/(2σ_ε²) + (M/2) ln 2πσ_ε², h_s = μ + √Σ ∘ ε_s; KL = ½ Σ_j (μ_j² + Σ_jj − ln Σ_jj − 1).
    """

    names = ("loss", "reconstruction", "kl")

    def __init__(self, declared: Elbo, network: Network) -> None:
        super().__init__(declared, network)
        learned = declared.sigma_eps == "learned"
        start = 1.0 if declared.sigma_eps == "learned" else float(declared.sigma_eps)
        # Always there, so that a switch between fixed and learned while training rebuilds nothing.
        self.log_sigma_eps = nn.Parameter(torch.tensor(math.log(start)), requires_grad=learned)

    @property
    def sigma_eps(self) -> float:
        """The decoder's present noise, learned or fixed."""
        fixed = self.live["sigma_eps"]
        return float(self.log_sigma_eps.detach().exp()) if fixed == "learned" else float(fixed)

    def figures(self, x: Tensor, rows: Tensor, rng: torch.Generator) -> tuple[Tensor, ...]:
        mu, log_var = self.network.posterior(x)  # (B, M_hidd) each
        std = (0.5 * log_var).exp()
        eps_s = torch.randn(mu.shape, generator=rng, device=mu.device)
        error = (x - self.network.decode(mu + std * eps_s)).square().sum() / len(x)
        reconstruction = self._reconstruction(error, x.shape[1])
        kl = 0.5 * (mu.square() + std.square() - log_var - 1).sum() / len(x)
        return reconstruction + self.live["beta"] * kl, reconstruction, kl

    def _reconstruction(self, error: Tensor, size: int) -> Tensor:
        sigma_eps = self.live["sigma_eps"]
        if sigma_eps == "learned":
            self.log_sigma_eps.requires_grad_(True)
            return 0.5 * error * (-2 * self.log_sigma_eps).exp() + size * (self.log_sigma_eps + 0.5 * LN_2PI)
        self.log_sigma_eps.requires_grad_(False)
        fixed = float(sigma_eps)
        return error / (2 * fixed**2) + size * (math.log(fixed) + 0.5 * LN_2PI)
