# SPDX-License-Identifier: MIT
"""The torch half of the evidence lower bound."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from engine.models.chain import add_grad
from engine.models.network import Network
from engine.objectives.arithmetic import ln, plus
from engine.objectives.objective import Objective
from engine.protocol.recipe.objectives.elbo import Elbo

LN_2PI = math.log(2 * math.pi)
FIRST = 0.1  #: where a learned σ_ε begins: small, so that the codes spread out before the KL draws them in


class ElboObjective(Objective):
    """reconstruction + β·KL in nats per example, sums over components (Kingma & Welling 2014, eq. 10).

    reconstruction = ‖x − g(h_s)‖²/(2σ_ε²) + (M/2) ln 2πσ_ε², h_s = μ + √Σ ∘ ε_s; KL = ½ Σ_j (μ_j² + Σ_jj − ln Σ_jj − 1).
    The reconstruction reaches the encoder through h_s, or, with h_s held fast, by the score of Q.
    """

    names = ("loss", "reconstruction", "kl")

    def __init__(self, declared: Elbo, network: Network) -> None:
        super().__init__(declared, network)
        learned = declared.sigma_eps == "learned"
        start = FIRST if declared.sigma_eps == "learned" else float(declared.sigma_eps)
        # Always there, so that a switch between fixed and learned while training rebuilds nothing.
        self.log_sigma_eps = nn.Parameter(torch.tensor(math.log(start)), requires_grad=learned)

    @property
    def sigma_eps(self) -> float:
        """The decoder's present noise, learned or fixed."""
        fixed = self.live["sigma_eps"]
        return float(self.log_sigma_eps.detach().exp()) if fixed == "learned" else float(fixed)

    def figures(self, x: Tensor, rows: Tensor, rng: torch.Generator) -> tuple[Tensor, ...]:
        if self.live["gradient"] == "score":
            return self._figures_by_score(x, rng)
        mu, log_var, _, x_hat = self._pass(x, rng)
        reconstruction = self._reconstruction((x - x_hat).square().sum() / len(x), x.shape[1])
        kl = 0.5 * (mu.square() + log_var.exp() - log_var - 1).sum() / len(x)
        return reconstruction + self.live["beta"] * kl, reconstruction, kl

    def backward(self, x: Tensor, rows: Tensor, rng: torch.Generator, weight: float) -> tuple[Tensor, ...]:
        if len(self.network.chains) != 2 or self.live["gradient"] == "score":
            return super().backward(x, rows, rng, weight)
        with torch.no_grad():
            return self._walk(x, rng, weight)

    def _walk(self, x: Tensor, rng: torch.Generator, weight: float) -> tuple[Tensor, ...]:
        """The lecture's own backpropagation, from the two costs back through g, h_s, and μ and Σ."""
        encoder, decoder = self.network.chains
        batch, beta, precision = len(x), self.live["beta"], self._precision()
        there = encoder.walk(x, self.rounded)
        mu, log_var = there.out.chunk(2, dim=1)
        std = (0.5 * log_var).exp_()
        spread = torch.randn(mu.shape, generator=rng, device=mu.device).mul_(std)  # √Σ ∘ ε_s
        back = decoder.walk(mu + spread, self.rounded)
        error, pull = back.out - x, std.square().sub_(1)  # x̂ − x, Σ − 1
        flat, code = error.flatten(), mu.flatten()
        squares = flat.dot(flat) / batch
        reconstruction = self._reconstruction(squares, x.shape[1])
        if isinstance(precision, Tensor):  # it is learned: d/d ln σ_ε of squares/2σ_ε² + M ln σ_ε
            add_grad(self.log_sigma_eps, (x.shape[1] - squares * precision).mul_(weight))
        kl = (code.dot(code) + (pull - log_var).sum()) * (0.5 / batch)
        # Where they leave the networks the costs' gradients are (x̂ − x)/σ_ε², βμ and ½β(Σ − 1), each over B; the
        # reconstruction's reaches μ through h_s as it is, and ln Σ by ∂h_s/∂ ln Σ = ½ √Σ ∘ ε_s.
        grad_h = back.back_to_input(error.mul_(precision * (weight / batch)))
        grad_mu = plus(grad_h, mu, weight * beta / batch)
        grad_log_var = torch.addcmul(pull.mul_(0.5 * weight * beta / batch), grad_h, spread, value=0.5)
        there.back(torch.cat([grad_mu, grad_log_var], dim=1))
        return plus(reconstruction, kl, beta), reconstruction, kl

    def _precision(self) -> Any:
        """1/σ_ε²: a number, or a tensor where it is learned."""
        fixed = self.live["sigma_eps"]
        return (-2 * self.log_sigma_eps).exp() if fixed == "learned" else fixed**-2

    def _pass(self, x: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """μ, ln Σ, √Σ (B, M_hidd) and x̂ = g(μ + √Σ ∘ ε_s) (B, M)."""
        mu, log_var = self.network.posterior(x)
        std = (0.5 * log_var).exp()
        eps_s = torch.randn(mu.shape, generator=rng, device=mu.device)
        return mu, log_var, std, self.network.decode(torch.addcmul(mu, std, eps_s))

    def _figures_by_score(self, x: Tensor, rng: torch.Generator) -> tuple[Tensor, ...]:
        """The same figures; the gradient of the encoder is E[reconstruction(h_s) ∇ ln Q(h_s)] (REINFORCE; Williams 1992)."""
        mu, log_var = self.network.posterior(x)
        std = (0.5 * log_var).exp()
        eps_s = torch.randn(mu.shape, generator=rng, device=mu.device)
        h_s = torch.addcmul(mu, std, eps_s).detach()
        costs = self._reconstruction((x - self.network.decode(h_s)).square().sum(1), x.shape[1])  # (B,)
        log_q = -0.5 * (((h_s - mu) / std).square() + log_var).sum(1)  # (B,), up to a constant
        reconstruction = costs.mean()
        kl = 0.5 * (mu.square() + log_var.exp() - log_var - 1).sum() / len(x)
        pull = (costs.detach() * (log_q - log_q.detach())).mean()  # zero, but its gradient is not
        return reconstruction + self.live["beta"] * kl + pull, reconstruction, kl

    def _reconstruction(self, error: Tensor, size: int) -> Tensor:
        """‖x − x̂‖² → nats, with the constant."""
        sigma_eps = self.live["sigma_eps"]
        if sigma_eps == "learned":
            self.log_sigma_eps.requires_grad_(True)
            return 0.5 * error * (-2 * self.log_sigma_eps).exp() + size * (self.log_sigma_eps + 0.5 * LN_2PI)
        nats: Tensor = error / (2 * sigma_eps**2) + size * (ln(sigma_eps) + 0.5 * LN_2PI)
        return nats
