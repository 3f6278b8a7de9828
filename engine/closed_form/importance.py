# SPDX-License-Identifier: MIT
"""log P(x) of a decoder by importance sampling from what the encoder says, widened so that no mode is missed."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from engine.closed_form.gaussian import gaussian_log_density

Decode = Callable[[Tensor], Tensor]  #: (K, M_hidd) to (K, M), in the type of its argument

ENTRIES = 2**22  #: numbers decoded at once


@torch.no_grad()
def log_density_importance(
    x: Tensor,
    decode: Decode,
    mu: Tensor,
    log_var: Tensor,
    sigma_eps: float,
    K: int,
    generator: torch.Generator | None = None,
    mixed: bool = True,
) -> tuple[Tensor, Tensor]:
    """Return the estimate of log P(x) in nats from K samples, (B,), and the effective sample size 1 ... K, (B,).

    x (B, M), Q(h|x) = N(mu, exp(log_var)) with (B, M_hidd) each, sigma_eps > 0 in the units of x. In expectation the
    estimate lies below log P(x) and rises with K (Burda et al. 2016, theorem 1). mixed: half of the samples come from Q, a
    quarter from Q widened threefold and a quarter from the prior, each weighted by the density of this whole mixture
    (Veach & Guibas 1995), for Q alone misses modes; otherwise all come from Q. Raises ValueError for K < 1.
    """
    if K < 1:
        raise ValueError(f"importance sampling needs a sample or more, not {K}")
    some = K // 4 if mixed else 0
    spread = (log_var / 2).exp()
    proposals = [(K - 2 * some, mu, spread), (some, mu, 3 * spread), (some, torch.zeros_like(mu), torch.ones_like(mu))]
    proposals = [proposal for proposal in proposals if proposal[0]]
    h = torch.cat([_draw(*proposal, generator) for proposal in proposals], dim=1)  # (B, K, M_hidd)
    parts = [_log_normal(h, mean[:, None], std[:, None]) + math.log(count / K) for count, mean, std in proposals]
    log_proposal = torch.logsumexp(torch.stack(parts), dim=0)  # (B, K)
    zero, one = h.new_zeros(()), h.new_ones(())
    log_weights = _log_likelihood(x, decode, h, sigma_eps) + _log_normal(h, zero, one) - log_proposal
    log_sum = torch.logsumexp(log_weights, dim=1)
    effective = torch.exp(2 * log_sum - torch.logsumexp(2 * log_weights, dim=1))
    return (log_sum - math.log(K)).to(x.dtype), effective.to(x.dtype)


def _draw(count: int, mean: Tensor, std: Tensor, generator: torch.Generator | None) -> Tensor:
    """Return samples (B, count, M_hidd) of N(mean, std^2), both (B, M_hidd)."""
    shape = (len(mean), count, mean.shape[1])
    return mean[:, None] + std[:, None] * torch.randn(shape, generator=generator, dtype=mean.dtype, device=mean.device)


def _log_normal(h: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    """Return the log-density of a diagonal Gaussian at h (B, K, M_hidd), (B, K) in float64."""
    z = (h.double() - mean.double()) / std.double()
    return -(z.square() / 2 + std.double().log() + math.log(2 * math.pi) / 2).sum(-1)


def _log_likelihood(x: Tensor, decode: Decode, h: Tensor, sigma_eps: float) -> Tensor:
    """Return log N(x; g(h), sigma_eps^2 I), (B, K) in float64, decoding slice by slice."""
    queries = torch.arange(len(x), device=x.device).repeat_interleave(h.shape[1])
    slices = torch.split(torch.arange(len(queries), device=x.device), max(1, ENTRIES // x.shape[1]))
    latent = h.flatten(0, 1)
    parts = [gaussian_log_density(x[queries[some]].double(), decode(latent[some]).double(), sigma_eps) for some in slices]
    return torch.cat(parts).reshape(h.shape[:2])
