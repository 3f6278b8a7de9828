# SPDX-License-Identifier: MIT
"""An array that the user brought."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

from msgspec import Meta

from engine.protocol.recipe.part import Data

LARGEST = 2**28  #: numbers in one imported array
MOST_CLASSES = 100
Size = Annotated[int, Meta(ge=1, le=LARGEST)]
ClassName = Annotated[str, Meta(max_length=80)]


class Imported(Data, frozen=True, tag="imported"):
    """An array named by its SHA-256. The recipe says what it is; the array itself travels separately."""

    title: ClassVar[str] = "Imported"
    help: ClassVar[str] = "Your own images or table."

    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]  #: of the array's bytes, row by row
    size: Annotated[tuple[Size, ...], Meta(min_length=1, max_length=3)]  #: (M,) for a table, (channels, height, width) for images
    counts: tuple[Size, Size]  #: training and test examples
    label_sha256: Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?$")] = ""  #: of the class numbers (int32), where there are any
    labels: Annotated[tuple[ClassName, ...], Meta(max_length=MOST_CLASSES)] = ()  #: the names of the classes

    def __post_init__(self) -> None:
        if len(self.size) == 2:
            raise ValueError("expected (M,) or (channels, height, width)")
        if sum(self.counts) * math.prod(self.size) > LARGEST:
            raise ValueError(f"expected at most {LARGEST:,} numbers")
        if bool(self.label_sha256) != bool(self.labels):
            raise ValueError("labels and their classes go together")

    @property
    def classes(self) -> tuple[str, ...]:  # type: ignore[override]
        """The names of the classes; none where there are no labels."""
        return self.labels

    @property
    def shape(self) -> tuple[int, ...]:
        """The size of one example."""
        return self.size

    @property
    def examples(self) -> tuple[int, int]:
        """As the recipe says."""
        return self.counts
