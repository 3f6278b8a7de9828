# SPDX-License-Identifier: MIT
"""What the painted images share: how many, how large."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.protocol.recipe.parameter import number
from engine.protocol.recipe.part import Data

PictureCount = Annotated[
    int,
    number("N", "examples", "Training examples; a test set of a fifth as many (at least 200) stands beside them.",
           low=1, high=20_000, slider=(10, 10_000), scale="log", role="data"),
]  # fmt: skip


class Pictures(Data, frozen=True):
    """Gray images in [0, 1], computed from a few known numbers in which they are smooth."""

    edge: ClassVar[int] = 16  #: pixels
    n: PictureCount = 2000

    @property
    def shape(self) -> tuple[int, ...]:
        """One channel, square."""
        return (1, self.edge, self.edge)

    @property
    def examples(self) -> tuple[int, int]:
        """n for training; a fifth as many for the test, at least 200."""
        return self.n, max(200, self.n // 5)
