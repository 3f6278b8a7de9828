# SPDX-License-Identifier: MIT
"""Five bent arms around a center."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.data.points import Points


class Pinwheel(Points, frozen=True, tag="pinwheel"):
    """Five bent arms in the plane (after Johnson et al. 2016)."""

    title: ClassVar[str] = "Pinwheel"
    help: ClassVar[str] = "Five bent arms: a one-dimensional manifold of five pieces."
    dimension: ClassVar[int | None] = 1
    latents: ClassVar[int] = 1
    classes: ClassVar[tuple[str, ...]] = ("arm 1", "arm 2", "arm 3", "arm 4", "arm 5")
