# SPDX-License-Identifier: MIT
"""Two interleaved half circles, those of scikit-learn's `make_moons`, but with points drawn one by one."""

from __future__ import annotations

import numpy as np

from engine.data.arcs import arc, around, polar
from engine.data.dataset import Dataset, Given
from engine.protocol.recipe.data.moons import Moons


def make(data: Moons, given: Given) -> Dataset:
    """The upper half circle around (0, 0) and the lower one around (1, 1/2), both of radius 1."""
    upper = arc(lambda t: polar(1.0, t), 0, np.pi)
    lower = np.array([1.0, 0.5]) - upper
    return around(data, (upper, lower), given)
