# SPDX-License-Identifier: MIT
"""Images of a rotating hand."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.data.pictures import Pictures


class Dial(Pictures, frozen=True, tag="dial"):
    """16×16 images of a hand at every angle: a closed curve in 256 dimensions."""

    title: ClassVar[str] = "Dial"
    help: ClassVar[str] = "A rotating hand, 16 × 16 pixels: one number, the angle, makes the image."
    dimension: ClassVar[int | None] = 1
    latents: ClassVar[int] = 1
