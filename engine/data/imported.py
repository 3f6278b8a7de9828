# SPDX-License-Identifier: MIT
"""An array that the user brought: found by its SHA-256, checked against what the recipe says of it."""

from __future__ import annotations

import hashlib
import math

import numpy as np

from engine.data.dataset import Dataset, Given
from engine.data.finite import split
from engine.data.refusal import Refused
from engine.protocol.recipe.data.imported import Imported

WHITE = 255  #: of uint8 images


def make(data: Imported, given: Given) -> Dataset:
    """Images (uint8, or floats in [0, 1]) as they are; tables centered and scaled by their training part.

    Raises Refused where the array is missing, or is not what the recipe says.
    """
    array = _found(data.sha256, given)
    if array.size != sum(data.counts) * math.prod(data.size):
        raise Refused("array_wrong", sha256=data.sha256[:12], reason=f"it holds {array.size:,} numbers, not "
                      f"{sum(data.counts):,} × {math.prod(data.size):,}")  # fmt: skip
    image = len(data.size) == 3
    x = array.reshape(sum(data.counts), -1)
    x = x.astype(np.float32) / WHITE if image and x.dtype == np.uint8 else x.astype(np.float64)
    if not np.isfinite(x).all():
        raise Refused("array_wrong", sha256=data.sha256[:12], reason="some of its numbers are not finite")
    labels = _labels(data, given) if data.label_sha256 else None
    return split(data, x, scale=not image, labels=labels)


def _labels(data: Imported, given: Given) -> np.ndarray:
    labels = _found(data.label_sha256, given)
    if labels.dtype != np.int32 or labels.shape != (sum(data.counts),):
        raise Refused("array_wrong", sha256=data.label_sha256[:12], reason="there is not one class number for each example")
    if labels.min() < 0 or labels.max() >= len(data.labels):
        raise Refused("array_wrong", sha256=data.label_sha256[:12], reason=f"a class number is not 0 … {len(data.labels) - 1}")
    return labels


def _found(sha256: str, given: Given) -> np.ndarray:
    array = given.arrays.get(sha256)
    if array is None:
        raise Refused("array_missing", sha256=sha256[:12])
    if fingerprint(array) != sha256:
        raise Refused("array_wrong", sha256=sha256[:12], reason="its bytes are not those that were imported")
    return array


def fingerprint(array: np.ndarray) -> str:
    """The SHA-256 of an array's bytes, row by row: the name by which a recipe knows it."""
    return hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()
