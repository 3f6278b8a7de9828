# SPDX-License-Identifier: MIT
"""The torch half of the aggregated posterior's distance from the prior."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from engine.probes.probe import Probe, Reading
from engine.protocol.payloads import Picture, Text
from engine.protocol.recipe.probes.aggregate import Aggregate

SLICE_WORK = 2**19  #: draws × examples × hidden dimensions of one slice


class AggregateProbe(Probe[Aggregate]):
    """Draws from the mixture, always with the same noise."""

    every_s = 0.5

    def measure(self) -> Iterator[Reading]:
        """One picture, in slices of the draws."""
        run, count = self.scene.run, self.declared.draws
        step = run.step
        mu, log_var = run.shown.posterior(run.x)  # (N, M_hidd)
        self.rng.manual_seed(self.rng.initial_seed())
        # As many draws from each example as from any other, as nearly as their numbers allow.
        rows = torch.randperm(count, generator=self.rng, device=run.device) % len(mu)
        noise = torch.randn(count, mu.shape[1], generator=self.rng, device=run.device)
        h = mu[rows] + (log_var[rows] / 2).exp() * noise
        found = []
        for part in torch.split(h, max(1, SLICE_WORK // mu.numel())):
            found.append(log_mixture(part, mu, log_var) + (part.square().sum(1) + part.shape[1] * math.log(2 * math.pi)) / 2)
            yield Reading()
        ratio = torch.cat(found).double()  # (draws,) ln q(h)/P(h)
        kl, error = float(ratio.mean()), float(ratio.std()) / math.sqrt(len(ratio))
        words = f"nats ± {2 * error:.2f}: the KL of all Q(h|x) together to the prior N(0, I)"
        text = Text(name="aggregate", figure=f"{kl:.2f}", text=words)
        yield Reading(Picture(step=step, layers=(text,)), {"aggregate_kl": kl})


def log_mixture(h: Tensor, mu: Tensor, log_var: Tensor) -> Tensor:
    """ln (1/N) Σ_i N(h; μ_i, Σ_i) for h (k, M_hidd), N Gaussians of diagonal variance, both (N, M_hidd): (k,) in nats."""
    precision = (-log_var).exp()
    # (h − μ)²/Σ as three products, so that no k × N × M_hidd numbers stand in memory.
    squares = h.square() @ precision.T - 2 * h @ (mu * precision).T + (mu.square() * precision).sum(1)  # (k, N)
    logs = -(squares + log_var.sum(1) + mu.shape[1] * math.log(2 * math.pi)) / 2
    return torch.logsumexp(logs, 1) - math.log(len(mu))
