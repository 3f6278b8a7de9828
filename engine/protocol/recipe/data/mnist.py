# SPDX-License-Identifier: MIT
"""MNIST and Fashion-MNIST: data sets that the user downloads once."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.protocol.recipe.parameter import number
from engine.protocol.recipe.part import Data

TRAIN, TEST = 60_000, 10_000


class Idx(Data, frozen=True):
    """28×28 images in [0, 1] from a pair of IDX files, in the order of the files."""

    n: Annotated[
        int,
        number("N", "examples", "Training examples, the first of 60,000; the test set is the 10,000 of the original.",
               low=1, high=TRAIN, slider=(10, TRAIN), scale="log", role="data"),
    ] = 10_000  # fmt: skip

    @property
    def shape(self) -> tuple[int, ...]:
        """One channel, 28 × 28 pixels."""
        return (1, 28, 28)

    @property
    def examples(self) -> tuple[int, int]:
        """n for training, the original's 10,000 for the test."""
        return self.n, TEST


class Mnist(Idx, frozen=True, tag="mnist"):
    """Handwritten digits (LeCun et al. 1998)."""

    title: ClassVar[str] = "MNIST"
    help: ClassVar[str] = "Real handwritten digits, 28 × 28 pixels; 12 MB to download."
    classes: ClassVar[tuple[str, ...]] = tuple("0123456789")


class FashionMnist(Idx, frozen=True, tag="fashion_mnist"):
    """Pictures of clothes (Xiao et al. 2017)."""

    title: ClassVar[str] = "Fashion-MNIST"
    help: ClassVar[str] = "Pictures of clothes, 28 × 28 pixels; 31 MB to download."
    classes: ClassVar[tuple[str, ...]] = (
        "T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
    )  # fmt: skip
