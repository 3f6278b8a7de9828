# SPDX-License-Identifier: MIT
"""Images of a moving spot."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.data.pictures import Pictures


class Blob(Pictures, frozen=True, tag="blob"):
    """16×16 images of a soft spot at every place: a bent sheet in 256 dimensions."""

    title: ClassVar[str] = "Blob"
    help: ClassVar[str] = "A moving spot, 16 × 16 pixels: two numbers, its position, make the image."
    dimension: ClassVar[int | None] = 2
    latents: ClassVar[int] = 2
