# SPDX-License-Identifier: MIT
"""Principal axes that neither flip nor jump: each picture's glide from those of the last one."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.plane import principal

GLIDE = 0.15  #: of the way to the new axes, each picture; the axes jump where two variances change places


class Turning:
    """The plane of largest variance of a cloud that changes from picture to picture."""

    def __init__(self) -> None:
        self._axes: Tensor | None = None  # (2, k) of the last picture

    def axes(self, x: Tensor) -> tuple[Tensor, Tensor, tuple[float, float]]:
        """Mean (k,), orthonormal axes (2, k) and the shares of the variance that these hold, of x (n, k).

        Orthogonal Procrustes (Schönemann 1966): of all pairs of axes in the principal plane, the one nearest to the last;
        then a part of the way there, made orthonormal by the polar decomposition.
        """
        wide = x.double()
        mean, axes, _ = principal(wide, 2)
        if self._axes is not None:
            axes = torch.lerp(self._axes, _polar(self._axes @ axes.T) @ axes, GLIDE)
            axes = _polar(axes)
        self._axes = axes
        centered = wide - mean
        held = (centered @ axes.T).square().mean(0) / centered.square().sum(1).mean().clamp_min(1e-300)
        return mean.float(), axes.float(), (float(held[0]), float(held[1]))


def _polar(matrix: Tensor) -> Tensor:
    """The nearest matrix with orthonormal rows, (2, k)."""
    u, _, vh = torch.linalg.svd(matrix, full_matrices=False)
    nearest: Tensor = u @ vh
    return nearest
