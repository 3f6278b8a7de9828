# SPDX-License-Identifier: MIT
"""Images of a rotating hand."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset, Given
from engine.data.pictures import painted, pixels
from engine.protocol.recipe.data.dial import Dial

LENGTH, WIDTH = 6.0, 1.2  #: of the hand, in pixels; the width is the standard deviation of its soft edge
DENSE = 1000  #: images of the drawn manifold


def make(data: Dial, given: Given) -> Dataset:
    """h is the angle in half turns, from the direction of x, counterclockwise."""
    x, y = pixels(data.edge)

    def paint(h: np.ndarray) -> np.ndarray:
        angle = np.pi * h  # (count, 1)
        along = np.cos(angle) * x + np.sin(angle) * y  # (count, M)
        across = np.cos(angle) * y - np.sin(angle) * x
        beyond = along - np.clip(along, 0, LENGTH)  # past either end of the hand
        return np.asarray(np.exp(-(across**2 + beyond**2) / (2 * WIDTH**2)))

    return painted(data, paint, given, k=1, curve=np.linspace(-1, 1, DENSE, endpoint=False)[:, None])
