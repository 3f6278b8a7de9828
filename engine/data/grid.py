# SPDX-License-Identifier: MIT
"""Gaussians on a 3 × 3 grid."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset, Given
from engine.data.sample import Sample, dataset
from engine.protocol.recipe.data.grid import Grid


def make(data: Grid, given: Given) -> Dataset:
    """N(center, noise² I) around one of nine centers a distance of 1 apart, all equally likely."""
    centers = np.stack(np.meshgrid([-1.0, 0.0, 1.0], [1.0, 0.0, -1.0]), axis=-1).reshape(-1, 2)  # (9, 2), as one reads

    def sampler(count: int, rng: np.random.Generator) -> Sample:
        which = rng.integers(len(centers), size=count)
        return Sample(centers[which] + data.noise * rng.standard_normal((count, 2)), which)

    return dataset(data, sampler, given, curve=centers, scale=True)
