# SPDX-License-Identifier: MIT
"""Points that the user painted."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

from msgspec import Meta

from engine.protocol.recipe.part import Data

MOST = 2000
Coordinate = Annotated[float, Meta(ge=-1e6, le=1e6)]


def _heart(count: int) -> tuple[tuple[float, float], ...]:
    """Something to begin with, enough for the default minibatch, so that an empty pad is not an error."""
    angles = (2 * math.pi * (i + 0.25) / count for i in range(count))
    return tuple(
        (round(math.sin(t) ** 3, 4), round((13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)) / 16, 4))
        for t in angles
    )


class Painted(Data, frozen=True, tag="painted"):
    """Points in the plane that travel within the recipe; a fixed quarter of them is held out for the test."""

    title: ClassVar[str] = "Painted"
    help: ClassVar[str] = "Your own points in the plane."

    points: Annotated[tuple[tuple[Coordinate, Coordinate], ...], Meta(min_length=2, max_length=MOST)] = _heart(200)

    @property
    def shape(self) -> tuple[int, ...]:
        """(2,)."""
        return (2,)

    @property
    def examples(self) -> tuple[int, int]:
        """Three quarters for training, the others (at least one) for the test."""
        held_out = max(1, len(self.points) // 4)
        return len(self.points) - held_out, held_out
