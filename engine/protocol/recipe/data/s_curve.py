# SPDX-License-Identifier: MIT
"""A sheet bent like an S."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.data.points import Count, Points, Spread


class SCurve(Points, frozen=True, tag="s_curve"):
    """A sheet bent like an S in space (as in scikit-learn)."""

    title: ClassVar[str] = "S-curve"
    help: ClassVar[str] = "A sheet bent like an S: a two-dimensional manifold in three dimensions."
    dimension: ClassVar[int | None] = 2
    latents: ClassVar[int] = 2
    space: ClassVar[int] = 3

    n: Count = 2000
    noise: Spread = 0.05
