# SPDX-License-Identifier: MIT
"""Scikit-learn's handwritten digits, read from the file that comes with the app."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset, Given
from engine.protocol.places import resources
from engine.protocol.recipe.data.digits import TRAIN, Digits


def make(data: Digits, given: Given) -> Dataset:
    """The first `data.n` examples of a fixed permutation for training, the last 360 for the test."""
    x, labels = read()
    n = data.n
    return Dataset(
        train=x[:n], test=x[TRAIN:], shape=data.shape, train_labels=labels[:n], test_labels=labels[TRAIN:]
    )


def read() -> tuple[np.ndarray, np.ndarray]:
    """All 1,797 digits in the order of the file (`packaging/digits.py`): (1797, 64) float32 in [0, 1], (1797,) int32."""
    with (resources() / "digits.npy").open("rb") as file:
        table = np.load(file, allow_pickle=False)  # (1797, 65) uint8: 64 pixels 0 … 16, then the digit
    return table[:, :64].astype(np.float32) / 16, table[:, 64].astype(np.int32)
