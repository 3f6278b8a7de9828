# SPDX-License-Identifier: MIT
"""Two concentric circles, those of scikit-learn's `make_circles`, but with points drawn one by one."""

from __future__ import annotations

import numpy as np

from engine.data.arcs import arc, around, polar
from engine.data.dataset import Dataset, Given
from engine.protocol.recipe.data.circles import Circles

INNER = 0.5


def make(data: Circles, given: Given) -> Dataset:
    """Circles of radius 1 and 1/2 around (0, 0)."""
    outer = arc(lambda t: polar(1.0, t), 0, 2 * np.pi)
    return around(data, (outer, INNER * outer), given)
