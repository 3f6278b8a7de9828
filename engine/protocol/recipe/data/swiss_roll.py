# SPDX-License-Identifier: MIT
"""A rolled-up sheet."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.data.points import Count, Points, Spread


class SwissRoll(Points, frozen=True, tag="swiss_roll"):
    """A rolled-up sheet in space (Tenenbaum et al. 2000, as in scikit-learn)."""

    title: ClassVar[str] = "Swiss roll"
    help: ClassVar[str] = "A rolled-up sheet: a two-dimensional manifold in three dimensions."
    dimension: ClassVar[int | None] = 2
    latents: ClassVar[int] = 2
    space: ClassVar[int] = 3

    n: Count = 2000
    noise: Spread = 0.05
