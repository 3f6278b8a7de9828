# SPDX-License-Identifier: MIT
"""Images of a moving spot."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset, Given
from engine.data.pictures import painted, pixels
from engine.protocol.recipe.data.blob import Blob

REACH, WIDTH = 4.0, 1.8  #: how far the spot goes from the middle, and its standard deviation, in pixels
DENSE = 50  #: images along either side of the drawn manifold


def make(data: Blob, given: Given) -> Dataset:
    """h is the position (right, up) in units of the spot's reach."""
    x, y = pixels(data.edge)

    def paint(h: np.ndarray) -> np.ndarray:
        right, up = REACH * h[:, :1], REACH * h[:, 1:]  # (count, 1)
        return np.exp(-((x - right) ** 2 + (y - up) ** 2) / (2 * WIDTH**2))

    side = np.linspace(-1, 1, DENSE)
    return painted(data, paint, given, k=2, curve=np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2))
