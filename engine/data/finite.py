# SPDX-License-Identifier: MIT
"""Data of which there are so many and no more: a fixed split of them."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset
from engine.data.sample import scaling
from engine.protocol.recipe.part import Data


def split(data: Data, x: np.ndarray, *, scale: bool, labels: np.ndarray | None = None) -> Dataset:
    """Split x (N + n, M) by a fixed permutation into the training and test examples that `data` declares.

    `labels` (N + n,) int32 go along. With `scale` each component is centered and divided by its standard deviation over the
    training examples.
    """
    # The legacy generator, because its stream never changes from one NumPy to the next.
    order = np.random.RandomState(0).permutation(len(x))
    x, labels = x[order], None if labels is None else labels[order]
    count, held_out = data.examples
    mean, spread = scaling(x[:count]) if scale else (0.0, 1.0)
    x = ((x - mean) / spread).astype(np.float32)
    here, there = slice(count), slice(count, count + held_out)
    return Dataset(
        train=x[here], test=x[there], shape=data.shape, dimension=data.dimension,
        train_labels=None if labels is None else labels[here], test_labels=None if labels is None else labels[there],
    )  # fmt: skip
