# SPDX-License-Identifier: MIT
"""The Swiss roll of scikit-learn's `make_swiss_roll`."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset, Given
from engine.data.sheets import around
from engine.protocol.recipe.data.swiss_roll import SwissRoll

WIDTH = 21.0


def make(data: SwissRoll, given: Given) -> Dataset:
    """(t cos t, width, t sin t), t = 3π/2 … 9π/2 (Marsland 2009, chapter 6)."""

    def sheet(along: np.ndarray, across: np.ndarray) -> np.ndarray:
        t = 1.5 * np.pi * (2 + along)
        return np.stack([t * np.cos(t), WIDTH * (1 + across) / 2, t * np.sin(t)], axis=1)

    return around(data, sheet, given)
