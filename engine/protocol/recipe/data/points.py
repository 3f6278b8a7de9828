# SPDX-License-Identifier: MIT
"""What the two- and three-dimensional data sets share: how many points, how noisy."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.protocol.recipe.parameter import number
from engine.protocol.recipe.part import Data

Count = Annotated[
    int,
    number("N", "examples", "Training examples; a test set of a third as many (at least 200) stands beside them.",
           low=1, high=200_000, slider=(10, 10_000), scale="log", role="data"),
]  # fmt: skip
Spread = Annotated[
    float,
    number("", "spread", "Standard deviation of the points around their curve, before scaling.",
           low=0.0, high=10.0, slider=(0.0, 0.5), role="data"),
]  # fmt: skip


class Points(Data, frozen=True):
    """Points around a known curve or surface, centered and scaled to unit variance by the training part."""

    space: ClassVar[int] = 2
    n: Count = 600
    noise: Spread = 0.05

    @property
    def shape(self) -> tuple[int, ...]:
        """(2,) in the plane, (3,) in space."""
        return (self.space,)

    @property
    def examples(self) -> tuple[int, int]:
        """n training points; a third as many test points, at least 200."""
        return self.n, max(200, self.n // 3)
