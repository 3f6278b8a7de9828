# SPDX-License-Identifier: MIT
"""MNIST and Fashion-MNIST from their IDX files, once they have been downloaded."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.data.dataset import Dataset, Given
from engine.data.download import missing
from engine.data.idx import read
from engine.data.refusal import Refused
from engine.data.remote import FILES
from engine.protocol.recipe.data.mnist import TEST, TRAIN, Idx

WHITE = 255


def make(data: Idx, given: Given) -> Dataset:
    """The first `data.n` training examples and all of the test examples. Raises Refused where the files are not there."""
    files = FILES[data.name]
    if missing(files, given.cache):
        raise Refused("not_downloaded", title=data.title)
    images, labels, test_images, test_labels = (given.cache / file.name for file in files)
    return Dataset(
        train=_images(images, TRAIN, data)[: data.n].astype(np.float32) / WHITE,
        test=_images(test_images, TEST, data).astype(np.float32) / WHITE,
        shape=data.shape,
        train_labels=_labels(labels, TRAIN)[: data.n].astype(np.int32),
        test_labels=_labels(test_labels, TEST).astype(np.int32),
        dimension=data.dimension,
    )


def _images(path: Path, count: int, data: Idx) -> np.ndarray:
    return _read(path, (count, *data.shape[1:])).reshape(count, -1)


def _labels(path: Path, count: int) -> np.ndarray:
    return _read(path, (count,))


def _read(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    array = read(path)
    if array.shape != shape or array.dtype != np.uint8:
        raise Refused("file_refused", file=path.name, reason=f"expected bytes of shape {shape}, got {array.shape}")
    return array
