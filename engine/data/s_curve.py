# SPDX-License-Identifier: MIT
"""The S-curve of scikit-learn's `make_s_curve`."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset, Given
from engine.data.sheets import around
from engine.protocol.recipe.data.s_curve import SCurve


def make(data: SCurve, given: Given) -> Dataset:
    """(sin t, width, sign(t) (cos t − 1)), t = −3π/2 … 3π/2."""

    def sheet(along: np.ndarray, across: np.ndarray) -> np.ndarray:
        t = 1.5 * np.pi * along
        return np.stack([np.sin(t), 1 + across, np.sign(t) * (np.cos(t) - 1)], axis=1)

    return around(data, sheet, given)
