# SPDX-License-Identifier: MIT
"""The plane in which data of any dimension are drawn: their own where M ≤ 2, else the plane of the two largest variances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.rng import generator

DENSE = 800  #: edge of the largest matrix of which all eigenvectors are computed: 0.5 s, and 14 s at 2,352
TOLERANCE = 1e-9  #: of the eigenvectors of larger ones: 0.8 s for pictures, 10 s where no direction stands out


@dataclass(frozen=True)
class Plane:
    """x (…, M) ↔ plane (…, 2): x ≈ mean + xy · axes."""

    mean: Tensor  # (M,)
    axes: Tensor  # (2, M), orthonormal rows
    explained: tuple[float, ...]  #: shares of the variance
    exact: bool  #: whether the plane holds everything (M = 2)

    def project(self, x: Tensor) -> Tensor:
        """Points in M dimensions (n, M) → their places in the plane (n, 2)."""
        return (x - self.mean) @ self.axes.T

    def lift(self, xy: Tensor) -> Tensor:
        """Places in the plane (n, 2) → the points of the plane in M dimensions (n, M)."""
        return self.mean + xy @ self.axes

    @property
    def titles(self) -> tuple[str, str]:
        """What the axes are called."""
        if self.exact:
            return "x₁", "x₂"
        first, second = (f"{100 * share:.0f} %" for share in self.explained)
        return f"first principal component · {first} of the variance", f"second · {second}"


def plane_of(x: Tensor, dimensions: int = 2) -> Plane:
    """The plane of data x (N, M): the coordinates themselves for M = 2, else principal components (signs fixed).

    With other `dimensions` it is a line, or a flat space of more; its first axes are the same.
    """
    size = x.shape[1]
    if size == 2:
        return Plane(torch.zeros(2, device=x.device), torch.eye(2, device=x.device)[:dimensions], (1.0, 1.0), True)
    mean, axes, shares = principal(x.double(), dimensions)
    return Plane(mean.float(), axes.float(), tuple(shares), False)


def principal(x: Tensor, count: int) -> tuple[Tensor, Tensor, list[float]]:
    """Mean (M,), the first `count` principal axes (count, M) and their shares of the variance, of x (N, M).

    By the M × M covariance, or where there are fewer examples than dimensions by the N × N matrix of inner products, whose
    eigenvectors u give the axes xᵀu (“snapshots”, Sirovich 1987). Missing axes are zero: at most min(N, M) exist. The largest
    entry of each axis is positive.
    """
    mean = x.mean(0)
    centered = x - mean
    total = float(centered.square().sum()) / len(x) or 1.0
    found = min(count, *x.shape)
    if len(x) < x.shape[1]:
        values, vectors = _leading(centered @ centered.T / len(x), found)
        vectors = torch.nn.functional.normalize(vectors @ centered, dim=1)
    else:
        values, vectors = _leading(centered.T @ centered / len(x), found)
    axes = torch.zeros(count, x.shape[1], dtype=x.dtype, device=x.device)
    axes[:found] = vectors
    largest = axes.gather(1, axes.abs().argmax(1, keepdim=True))
    axes = axes * torch.where(largest < 0, -1.0, 1.0)
    return mean, axes, [max(0.0, float(v)) / total for v in values] + [0.0] * (count - found)


def _leading(matrix: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The `count` largest eigenvalues, falling, and their vectors (count, n), of a symmetric matrix (n, n)."""
    if len(matrix) <= DENSE:
        values, vectors = torch.linalg.eigh(matrix)
        return values.flip(0)[:count], vectors.T.flip(0)[:count]
    start = torch.randn(len(matrix), count, dtype=matrix.dtype, generator=generator(0, "axes"))
    values, columns = torch.lobpcg(matrix, k=count, X=start.to(matrix.device), tol=TOLERANCE, niter=1000)
    return values, columns.T


def extent(xy: np.ndarray, margin: float) -> tuple[float, float, float, float]:
    """The range (xmin, xmax, ymin, ymax) of points (n, 2), widened on each side by `margin` times its larger edge."""
    low, high = xy.min(0), xy.max(0)
    pad = margin * float((high - low).max() or 1.0)
    return float(low[0] - pad), float(high[0] + pad), float(low[1] - pad), float(high[1] + pad)


def widened(bounds: tuple[float, float, float, float], aspect: float) -> tuple[float, float, float, float]:
    """The range (xmin, xmax, ymin, ymax), made wider on both sides until it has this aspect."""
    left, right, bottom, top = bounds
    more = max(0.0, aspect * (top - bottom) - (right - left)) / 2
    return left - more, right + more, bottom, top
