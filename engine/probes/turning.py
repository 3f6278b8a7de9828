# SPDX-License-Identifier: MIT
"""Principal axes that do not flip: each picture's are turned to those of the last one."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.plane import principal


class Turning:
    """The plane of largest variance of a cloud that changes from picture to picture."""

    def __init__(self) -> None:
        self._axes: Tensor | None = None  # (2, k) of the last picture

    def axes(self, x: Tensor) -> tuple[Tensor, Tensor, tuple[float, float]]:
        """Mean (k,), axes (2, k) and shares of the variance of x (n, k).

        Orthogonal Procrustes (Schönemann 1966): of all orthonormal pairs of axes in the plane, the one nearest to the last.
        """
        mean, axes, shares = principal(x.double(), 2)
        if self._axes is not None:
            u, _, vh = torch.linalg.svd(self._axes @ axes.T)
            axes = u @ vh @ axes
        self._axes = axes
        return mean.float(), axes.float(), (shares[0], shares[1])
