# SPDX-License-Identifier: MIT
"""Answers that Gaussians give: densities, the pulls of the KL, and where the lecture's updates take a Gaussian."""

import itertools
import math
from collections.abc import Sequence

import torch
from torch import Tensor


def gaussian_log_density(x: Tensor, mean: Tensor, sigma: float | Tensor) -> Tensor:
    """Return log N(x; mean, sigma^2 I) in nats, (...), for x and mean (..., M) that broadcast, sigma a number or (...)."""
    log_sigma = torch.log(torch.as_tensor(sigma, dtype=x.dtype, device=x.device))
    squared = (x - mean).square().sum(-1) * torch.exp(-2 * log_sigma)
    return -squared / 2 - x.shape[-1] * (log_sigma + math.log(2 * math.pi) / 2)


def gaussian_kl(mu: Tensor, log_var: Tensor) -> Tensor:
    """Return KL(N(mu, Sigma) || N(0, I)) in nats for each dimension, (B, M_hidd), from mu and ln Sigma (B, M_hidd).

    Half of mu^2 + Sigma - ln Sigma - 1: Kingma & Welling (2014), appendix B.
    """
    towards_zero, towards_one = gaussian_kl_pulls(mu, log_var)
    return towards_zero + towards_one


def gaussian_kl_pulls(mu: Tensor, log_var: Tensor) -> tuple[Tensor, Tensor]:
    """Return the two pulls of the KL in nats, each (B, M_hidd): mu^2 / 2 and (Sigma - ln Sigma - 1) / 2, neither negative."""
    return mu.square() / 2, (torch.expm1(log_var) - log_var) / 2  # expm1: exact also where Sigma is nearly 1


def diffusion_gaussian_factor(sigmas: Sequence[float], s: float) -> float:
    """Return x_0 / x_T after the annealed update along sigmas, largest first, where the data are N(0, s^2).

    The exact denoiser is s^2 x / (s^2 + sigma^2), so a step from sigma to sigma' multiplies x by
    (s^2 + sigma sigma') / (s^2 + sigma^2). Sigmas and s in the units of x.
    """
    return math.prod((s**2 + sigma * lower) / (s**2 + sigma**2) for sigma, lower in itertools.pairwise(sigmas))


def langevin_stationary_variance(s: float, sigma: float, eta: float) -> float:
    """Return the variance that x' = x - eta (x - D(x)) + sqrt(2 eta) sigma n settles at, where the data are N(0, s^2).

    (s^2 + sigma^2) / (1 - a / 2) with a = eta sigma^2 / (s^2 + sigma^2): the smoothed density, and an excess that
    vanishes with the step. Raises ValueError where the update does not settle (a outside 0 ... 2).
    """
    smoothed = s**2 + sigma**2
    a = eta * sigma**2 / smoothed
    if not 0 < a < 2:
        raise ValueError(f"the update settles only for 0 < eta sigma^2 / (s^2 + sigma^2) < 2, not {a:g}")
    return smoothed / (1 - a / 2)
