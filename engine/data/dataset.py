# SPDX-License-Identifier: MIT
"""What every data set is for the rest of the engine: read-only arrays and what is known about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

Draw = Callable[[int, np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class Dataset:
    """Training and test examples, flat, in the space in which the models work (scaled by the training part).

    Every known h lies in −1 … 1: angles in half turns, positions across their range, arc lengths from end to end (the pieces of
    a manifold one after the other), a kind of shape as one column a kind.
    """

    train: np.ndarray  # (N, M) float32
    test: np.ndarray  # (n, M) float32
    shape: tuple[int, ...]  #: of one example: (M,) or (channels, height, width)
    train_labels: np.ndarray | None = None  # (N,) int32
    test_labels: np.ndarray | None = None  # (n,) int32
    dimension: int | None = None  #: of the manifold, where it is known
    train_latents: np.ndarray | None = None  # (N, k) float32, the known h
    test_latents: np.ndarray | None = None  # (n, k) float32
    curve: np.ndarray | None = None  # (K, M) float32, the manifold without noise, densely, in the scaled space
    draw: Draw | None = None  #: (count, rng) -> (count, M) float32, fresh independent examples; None where data are finite
    low: float = 0.0  #: black, for images
    high: float = 1.0  #: white

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    @property
    def N(self) -> int:
        """The number of training examples."""
        return len(self.train)

    @property
    def M(self) -> int:
        """The number of components of one example."""
        return int(self.train.shape[1])


@dataclass(frozen=True)
class Given:
    """What a maker may use: its own two random streams, and where arrays from outside lie."""

    train: np.random.Generator
    test: np.random.Generator
    arrays: Mapping[str, np.ndarray]  #: imported arrays by their SHA-256
    cache: Path  #: the folder of downloaded files
