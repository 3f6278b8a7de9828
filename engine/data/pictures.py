# SPDX-License-Identifier: MIT
"""Images painted from known numbers h, smooth in h: every edge is soft, so that the images have a tangent everywhere."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.data.dataset import Dataset, Given
from engine.data.sample import Sample, dataset
from engine.protocol.recipe.data.pictures import Pictures

Painter = Callable[[np.ndarray], np.ndarray]


def painted(data: Pictures, paint: Painter, given: Given, *, k: int, curve: np.ndarray) -> Dataset:
    """The data set of the images `paint` (count, k) ↦ (count, M) of uniform h in −1 … 1; `curve` (K, k) fills the manifold."""

    def sampler(count: int, rng: np.random.Generator) -> Sample:
        h = rng.uniform(-1, 1, size=(count, k))
        return Sample(paint(h), latents=h)

    return dataset(data, sampler, given, curve=paint(curve), scale=False)


def pixels(edge: int) -> tuple[np.ndarray, np.ndarray]:
    """The places (M,), (M,) of the pixels' centers from the middle of the image: x to the right, y up."""
    along = np.arange(edge) - (edge - 1) / 2
    x, y = np.meshgrid(along, -along)
    return x.ravel(), y.ravel()
