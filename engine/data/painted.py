# SPDX-License-Identifier: MIT
"""Points that the user painted; they came with the recipe."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset, Given
from engine.data.finite import split
from engine.protocol.recipe.data.painted import Painted


def make(data: Painted, given: Given) -> Dataset:
    """The points, a fixed quarter of them held out, centered and scaled by the others."""
    return split(data, np.array(data.points), scale=True)
