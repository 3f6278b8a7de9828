# SPDX-License-Identifier: MIT
"""The Olivetti faces: a data set that the user downloads once."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.protocol.recipe.parameter import number
from engine.protocol.recipe.part import Data

PERSONS, PICTURES = 40, 10
TEST = 2 * PERSONS
TRAIN = PERSONS * PICTURES - TEST


class Olivetti(Data, frozen=True, tag="olivetti"):
    """Ten pictures of each of 40 persons, 64×64 in [0, 1] (Samaria & Harter 1994)."""

    title: ClassVar[str] = "Olivetti faces"
    help: ClassVar[str] = "Faces, 64 × 64 pixels; 4 MB to download."

    n: Annotated[
        int,
        number("N", "examples", "Training examples, one picture of every person after the other; the last two of each are the test set.",
               low=1, high=TRAIN, slider=(10, TRAIN), scale="log", role="data"),
    ] = TRAIN  # fmt: skip

    @property
    def shape(self) -> tuple[int, ...]:
        """One channel, 64 × 64 pixels."""
        return (1, 64, 64)

    @property
    def examples(self) -> tuple[int, int]:
        """n for training, two pictures of each person for the test."""
        return self.n, TEST
