# SPDX-License-Identifier: MIT
"""What several probes of a variational autoencoder share: its noise, its bound without the noise of a sample, log P(x)."""

from __future__ import annotations

import math
from collections.abc import Generator
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from engine.closed_form import gaussian_kl, log_density_importance, quadrature_slices
from engine.objectives.elbo import ElboObjective
from engine.probes.probe import Reading
from engine.probes.still import Still
from engine.run import Run

NODES = 20  #: Gauss–Hermite nodes along each hidden dimension
SAMPLES = 1024  #: noises that stand for the expectation where there are more than two hidden dimensions
MOST_GRID = 2  #: hidden dimensions in which a grid is possible


def bound_of(run: Run) -> ElboObjective:
    """The objective of a run that trains a VAE. Raises TypeError for another."""
    if not isinstance(run.objective, ElboObjective):
        raise TypeError(f"{type(run.objective).__name__} has no evidence lower bound")
    return run.objective


@lru_cache(maxsize=8)
def standard_nodes(dimensions: int) -> tuple[Tensor, Tensor]:
    """Nodes ε (k, M_hidd) and weights (k,), summing to 1, with E f(ε) ≈ Σ weights·f(nodes) for ε ~ N(0, I).

    Gauss–Hermite where M_hidd ≤ 2, exact for polynomials up to degree 39 in each dimension; else pairs ±ε of a fixed sample.
    """
    with torch.inference_mode(False):  # they outlive the measurement that asked first, and gradients pass through them
        if dimensions > MOST_GRID:
            half = torch.randn(SAMPLES // 2, dimensions, generator=torch.Generator().manual_seed(SAMPLES))
            return torch.cat([half, -half]), torch.full((SAMPLES,), 1 / SAMPLES)
        ticks, weights = np.polynomial.hermite_e.hermegauss(NODES)
        nodes = torch.cartesian_prod(*[torch.tensor(ticks)] * dimensions).reshape(-1, dimensions)
        masses = torch.cartesian_prod(*[torch.tensor(weights / weights.sum())] * dimensions).reshape(-1, dimensions)
        return nodes.float(), masses.prod(1).float()


def expected_bound(
    still: Still, sigma_eps: float, x: Tensor, mu: Tensor, log_var: Tensor
) -> Generator[Reading, None, float]:
    """The ELBO of one x in nats: E_Q log P(x|h) − KL(Q‖P), the expectation by `standard_nodes` (Kingma & Welling 2014).

    x (1, M), Q(h|x) = N(mu, exp(log_var)) with (1, M_hidd) each, sigma_eps > 0 in the units of x. In slices.
    """
    nodes, weights = (tensor.to(x.device) for tensor in standard_nodes(mu.shape[1]))
    h, squares = mu + (log_var / 2).exp() * nodes, 0.0  # (k, M_hidd)
    for part, weight in zip(torch.split(h, still.at_once), torch.split(weights, still.at_once), strict=True):
        squares += float(((x - still.network.decode(part)).square().sum(1) * weight).sum())
        yield Reading()
    constant = x.shape[1] * (math.log(sigma_eps) + 0.5 * math.log(2 * math.pi))
    return -squares / (2 * sigma_eps**2) - constant - float(gaussian_kl(mu, log_var).sum())


def log_density(
    still: Still, sigma_eps: float, x: Tensor, floor: float = -math.inf
) -> Generator[Reading, None, Tensor | None]:
    """log P(x) in nats, (n,), by quadrature, in slices; None where M_hidd > 2 or the decoder is too steep for it.

    What is known to be less, such as the ELBO, as a `floor` saves most of the time.
    """
    network = still.network
    if network.latent > MOST_GRID:
        return None
    found: Tensor | None = None
    try:
        known = x.new_full((len(x),), floor)
        for so_far in quadrature_slices(x, network.decode, sigma_eps, network.latent, at_once=still.at_once, floor=known):
            found = so_far
            yield Reading()
    except ValueError:  # it says where it gives up
        return None
    return found


def log_density_sampled(
    still: Still, sigma_eps: float, x: Tensor, count: int, rng: torch.Generator, mixed: bool = True
) -> Generator[Reading, None, tuple[Tensor, Tensor]]:
    """log P(x) in nats from `count` samples and their effective number, both (n,) float64, in slices.

    What `log_density_importance` says of each piece is put together as if all its samples had been drawn at once.
    """
    mu, log_var = still.network.posterior(x)
    pieces = math.ceil(count / still.at_once)
    log_sums, log_squares = [], []
    for k in range(pieces):
        size = count * (k + 1) // pieces - count * k // pieces
        value, effective = log_density_importance(x, still.network.decode, mu, log_var, sigma_eps, size, rng, mixed)
        log_sums.append(value.double() + math.log(size))
        log_squares.append(2 * log_sums[-1] - effective.double().log())
        yield Reading()
    log_sum = torch.logsumexp(torch.stack(log_sums), 0)
    return log_sum - math.log(count), (2 * log_sum - torch.logsumexp(torch.stack(log_squares), 0)).exp()
