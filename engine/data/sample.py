# SPDX-License-Identifier: MIT
"""Data that never run out: examples drawn one by one, and the data set made of two such draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.data.dataset import Dataset, Given
from engine.protocol.recipe.part import Data


@dataclass(frozen=True)
class Sample:
    """Independent examples in float64, before scaling, with what is known of each."""

    x: np.ndarray  # (count, M)
    labels: np.ndarray | None = None  # (count,)
    latents: np.ndarray | None = None  # (count, k)


Sampler = Callable[[int, np.random.Generator], Sample]


def dataset(data: Data, sampler: Sampler, given: Given, *, curve: np.ndarray | None = None, scale: bool) -> Dataset:
    """The data set of `data.examples` draws of `sampler`.

    With `scale`, each component is centered and divided by its standard deviation over the training examples; `curve` (K, M)
    and later draws go the same way. A component that does not vary is only centered.
    """
    count, held_out = data.examples
    train, test = sampler(count, given.train), sampler(held_out, given.test)
    mean, spread = scaling(train.x) if scale else (0.0, 1.0)

    def scaled(x: np.ndarray) -> np.ndarray:
        return ((x - mean) / spread).astype(np.float32)

    return Dataset(
        train=scaled(train.x),
        test=scaled(test.x),
        shape=data.shape,
        train_labels=_as(np.int32, train.labels),
        test_labels=_as(np.int32, test.labels),
        dimension=data.dimension,
        train_latents=_as(np.float32, train.latents),
        test_latents=_as(np.float32, test.latents),
        curve=None if curve is None else scaled(curve),
        draw=lambda count, rng: scaled(sampler(count, rng).x),
    )


def scaling(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation (1/N) of each component of x (N, M); 1 where a component does not vary."""
    mean, spread = x.mean(axis=0), x.std(axis=0)
    # Relative to the size of the numbers: a constant column has a rounding error for its standard deviation.
    return mean, np.where(spread > 1e-9 * (1.0 + np.abs(mean)), spread, 1.0)


def _as(kind: type[np.generic], array: np.ndarray | None) -> np.ndarray | None:
    return None if array is None else array.astype(kind)
