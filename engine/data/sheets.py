# SPDX-License-Identifier: MIT
"""Data sets that lie around a bent sheet in space: a curve in the plane, drawn out along a third direction."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.data.dataset import Dataset, Given
from engine.data.sample import Sample, dataset
from engine.protocol.recipe.data.points import Points

ALONG, ACROSS = 200, 50  #: points of the drawn manifold

Sheet = Callable[[np.ndarray, np.ndarray], np.ndarray]


def around(data: Points, sheet: Sheet, given: Given) -> Dataset:
    """The data set around the surface `sheet`: h (count,), (count,) in −1 … 1 ↦ (count, 3).

    h is uniform, as in scikit-learn's makers; then noise N(0, noise² I) moves each example.
    """

    def sampler(count: int, rng: np.random.Generator) -> Sample:
        h = rng.uniform(-1, 1, size=(count, 2))
        return Sample(sheet(h[:, 0], h[:, 1]) + data.noise * rng.standard_normal((count, 3)), latents=h)

    along, across = np.meshgrid(np.linspace(-1, 1, ALONG), np.linspace(-1, 1, ACROSS), indexing="ij")
    return dataset(data, sampler, given, curve=sheet(along.ravel(), across.ravel()), scale=True)
