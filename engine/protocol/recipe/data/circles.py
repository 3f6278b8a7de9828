# SPDX-License-Identifier: MIT
"""Two circles, one within the other."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.data.points import Points


class Circles(Points, frozen=True, tag="circles"):
    """Two concentric circles in the plane."""

    title: ClassVar[str] = "Circles"
    help: ClassVar[str] = "One circle within another: a one-dimensional manifold of two closed pieces."
    dimension: ClassVar[int | None] = 1
    latents: ClassVar[int] = 1
    classes: ClassVar[tuple[str, ...]] = ("outer", "inner")
