# SPDX-License-Identifier: MIT
"""An Archimedean spiral of one and a half turns."""

from __future__ import annotations

import numpy as np

from engine.data.arcs import arc, around, polar
from engine.data.dataset import Dataset, Given
from engine.protocol.recipe.data.spiral import Spiral

START, END = 0.5 * np.pi, 3.5 * np.pi  #: angles: one and a half turns; the sharp bend at the center is left out
RADIUS = 2.0  #: at the outer end: makes the variance about 1, so that the noise means much the same before and after scaling


def make(data: Spiral, given: Given) -> Dataset:
    """Radius proportional to the angle; the whole length evenly filled."""
    return around(data, (arc(lambda t: polar(RADIUS * t / END, t), START, END),), given)
