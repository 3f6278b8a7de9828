# SPDX-License-Identifier: MIT
"""Singular values of ∂D/∂x: which directions at x a denoiser keeps, in slices."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from engine.closed_form import exact_denoiser_jacobian
from engine.models import Network
from engine.models.exact import ExactNetwork

ROWS = 32  #: of the Jacobian in one slice: as many backward passes
WHOLE = 300  #: up to this size all singular values are computed, in about 5 ms; beyond only the LEADING ones
LEADING = 48
ROUNDS = 8


def singular_values(network: Network, x: Tensor, sigma: float) -> Iterator[Tensor | None]:
    """Of ∂D(x, σ)/∂x at x (M,), largest first: None after each slice, the values at last, (M,) or (LEADING,) of a large x.

    `network` should be frozen, so that all rows are of the same weights.
    """
    if isinstance(network, ExactNetwork):
        yield leading(exact_denoiser_jacobian(x[None], network.examples, max(sigma, 1e-6))[0])
        return
    rows = []
    for ones in torch.split(torch.eye(len(x), device=x.device), ROWS):
        # Probes run in inference mode; derivatives need tensors made outside of it. Not torch.func,
        # nor a gradient handed to `grad`: the first call of either loads sympy, which takes a second.
        with torch.inference_mode(False), torch.enable_grad():
            points = x.clone().repeat(len(ones), 1).requires_grad_()
            chosen = (network.denoise(points, sigma) * ones.clone()).sum()
            rows.append(torch.autograd.grad(chosen, points)[0])
        yield None
    yield leading(torch.cat(rows))


def leading(matrix: Tensor) -> Tensor:
    """The singular values of a square matrix, largest first; of a large one the first LEADING.

    Subspace iteration (Halko, Martinsson & Tropp 2011, algorithm 4.4): a hundredth of the time at 784 × 784, to six digits.
    """
    size = len(matrix)
    values: Tensor
    if size <= WHOLE:
        values = torch.linalg.svdvals(matrix)
        return values
    start = torch.randn(size, LEADING, generator=torch.Generator().manual_seed(size)).to(matrix)
    basis = torch.linalg.qr(start).Q
    for _ in range(ROUNDS):
        basis = torch.linalg.qr(matrix.T @ (matrix @ basis)).Q
    values = torch.linalg.svdvals(matrix @ basis)
    return values
