# SPDX-License-Identifier: MIT
"""Data sets that lie around curves in the plane: a few arcs, evenly filled along their length, and isotropic noise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.data.dataset import Dataset, Given
from engine.data.sample import Sample, dataset
from engine.protocol.recipe.data.points import Points

DENSE = 2000  #: points of the drawn manifold, shared equally by its arcs
FINE = 4001  #: points of the table from which an arc is read


def around(data: Points, arcs: tuple[np.ndarray, ...], given: Given) -> Dataset:
    """The data set that lies around `arcs`, polylines (F, 2) with points evenly spaced along their length.

    Each example chooses its arc (its label, where there are several) and its place on it, both uniform; then noise
    N(0, noise² I) moves it.
    """
    table = np.stack(arcs)  # (A, F, 2)
    A, F, _ = table.shape

    def sampler(count: int, rng: np.random.Generator) -> Sample:
        which = rng.integers(A, size=count)
        place = rng.random(count)  # 0 … 1 along the arc
        below = np.floor(place * (F - 1)).astype(int)
        part = (place * (F - 1) - below)[:, None]
        x = (1 - part) * table[which, below] + part * table[which, below + 1]  # (count, 2)
        x += data.noise * rng.standard_normal((count, 2))
        # The arcs one after the other along a single axis: h alone says where on the manifold.
        h = 2 * (which + place) / A - 1
        return Sample(x, which if A > 1 else None, h[:, None])

    dense = np.linspace(0, F - 1, DENSE // A).round().astype(int)
    return dataset(data, sampler, given, curve=table[:, dense].reshape(-1, 2), scale=True)


def arc(curve: Callable[[np.ndarray], np.ndarray], start: float, end: float) -> np.ndarray:
    """The curve t ↦ (T, 2) between two parameters as a polyline (FINE, 2), evenly spaced along its length."""
    t = np.linspace(start, end, 10 * FINE)
    steps = np.linalg.norm(np.diff(curve(t), axis=0), axis=1)
    length = np.concatenate([[0.0], np.cumsum(steps)])
    return curve(np.interp(np.linspace(0, length[-1], FINE), length, t))


def polar(radius: np.ndarray | float, angle: np.ndarray) -> np.ndarray:
    """Points (T, 2) at these radii and angles."""
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def rotation(angle: float) -> np.ndarray:
    """The matrix (2, 2) that turns rows x (T, 2) counterclockwise as x @ matrix."""
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
