# SPDX-License-Identifier: MIT
"""Two interleaved half circles."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.data.points import Points


class Moons(Points, frozen=True, tag="moons"):
    """Two interleaved half circles in the plane."""

    title: ClassVar[str] = "Moons"
    help: ClassVar[str] = "Two interleaved half circles: a one-dimensional manifold in the plane."
    dimension: ClassVar[int | None] = 1
    latents: ClassVar[int] = 1
    classes: ClassVar[tuple[str, ...]] = ("upper", "lower")
