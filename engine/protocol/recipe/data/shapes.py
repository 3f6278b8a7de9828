# SPDX-License-Identifier: MIT
"""Images of simple shapes."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.data.pictures import Pictures


class Shapes(Pictures, frozen=True, tag="shapes"):
    """28×28 images of a square, an ellipse or a triangle at every place, size and angle."""

    title: ClassVar[str] = "Shapes"
    help: ClassVar[str] = "Squares, ellipses and triangles, 28 × 28 pixels: position, size, angle and kind make the image."
    dimension: ClassVar[int | None] = 4
    latents: ClassVar[int] = 7
    classes: ClassVar[tuple[str, ...]] = ("square", "ellipse", "triangle")
    edge: ClassVar[int] = 28
