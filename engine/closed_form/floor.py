# SPDX-License-Identifier: MIT
"""The floor under the denoiser's loss: what the exact denoiser itself pays, which in expectation no other undercuts."""

import torch
from torch import Tensor

from engine.closed_form.exact import exact_denoiser


@torch.no_grad()
def noisy_copies(data: Tensor, sigma: float, copies: int, generator: torch.Generator | None = None) -> Tensor:
    """Return data + sigma n, n ~ N(0, I), as (copies, N, M); sigma in the units of the data (N, M)."""
    shape = (copies, *data.shape)
    return data + sigma * torch.randn(shape, generator=generator, dtype=data.dtype, device=data.device)


@torch.no_grad()
def dae_floor(
    data: Tensor,
    sigma: float,
    copies: int = 1,
    generator: torch.Generator | None = None,
    *,
    noisy: Tensor | None = None,
    clean: Tensor | None = None,
) -> tuple[float, float]:
    """Return the floor E |x_i - exact(x_i + eps)|^2 per example, and the standard error of this Monte Carlo estimate.

    data (N, M) are the examples that the exact denoiser knows; clean (n, M) those of them that are scored, all unless given.
    The noise is `copies` draws for each, or given with its points: noisy (..., n, M) = clean + eps. The standard error is
    over the noisy points, and includes the spread among clean ones. Needs two noisy points or more for it to be finite.
    """
    clean = data if clean is None else clean
    noisy = noisy_copies(clean, sigma, copies, generator) if noisy is None else noisy
    denoised = exact_denoiser(noisy.reshape(-1, data.shape[1]), data, sigma)
    losses = (denoised.reshape(-1, *clean.shape) - clean).square().sum(-1, dtype=torch.float64).flatten()  # (copies * n,)
    return float(losses.mean()), float(losses.var(correction=1) / len(losses)) ** 0.5
