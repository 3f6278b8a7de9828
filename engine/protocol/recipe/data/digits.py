# SPDX-License-Identifier: MIT
"""Scikit-learn's handwritten digits."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.protocol.recipe.parameter import number
from engine.protocol.recipe.part import Data

DIGITS = 1797  #: examples in the file that comes with the app
TRAIN = 1437


class Digits(Data, frozen=True, tag="digits"):
    """8×8 images of handwritten digits in [0, 1] (Alpaydin & Kaynak 1998, from scikit-learn)."""

    title: ClassVar[str] = "Digits"
    help: ClassVar[str] = "Real handwritten digits, 8 × 8 pixels."
    classes: ClassVar[tuple[str, ...]] = tuple("0123456789")

    n: Annotated[
        int,
        number("N", "examples", "Training examples of 1,797; up to 1,437 the last 360 are the test set, 1,797 trains on all.",
               low=1, high=DIGITS, slider=(10, TRAIN), scale="log", role="data"),
    ] = TRAIN  # fmt: skip

    @property
    def shape(self) -> tuple[int, ...]:
        """One channel, 8 × 8 pixels."""
        return (1, 8, 8)

    @property
    def examples(self) -> tuple[int, int]:
        """n for training; the last 360 of a fixed permutation are the test set."""
        return self.n, DIGITS - TRAIN
