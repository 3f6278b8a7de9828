# SPDX-License-Identifier: MIT
"""Gaussians on a grid."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.data.points import Points


class Grid(Points, frozen=True, tag="grid"):
    """Nine Gaussians on a 3 × 3 grid in the plane."""

    title: ClassVar[str] = "Grid of Gaussians"
    help: ClassVar[str] = "Nine round clusters with nothing between them: a manifold of nine points."
    dimension: ClassVar[int | None] = 0
    classes: ClassVar[tuple[str, ...]] = tuple("123456789")
