# SPDX-License-Identifier: MIT
"""A single curve, wound up."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.data.points import Points, Spread


class Spiral(Points, frozen=True, tag="spiral"):
    """A spiral of one and a half turns in the plane."""

    title: ClassVar[str] = "Spiral"
    help: ClassVar[str] = "One curve of one and a half turns: the plainest one-dimensional manifold that is not a line."
    dimension: ClassVar[int | None] = 1
    latents: ClassVar[int] = 1

    noise: Spread = 0.02
