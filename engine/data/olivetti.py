# SPDX-License-Identifier: MIT
"""The Olivetti faces from their .mat file, once it has been downloaded."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.data.dataset import Dataset, Given
from engine.data.download import missing
from engine.data.refusal import Refused
from engine.data.remote import FILES
from engine.protocol.recipe.data.olivetti import PERSONS, PICTURES, TRAIN, Olivetti

WHITE = 255


def make(data: Olivetti, given: Given) -> Dataset:
    """The first picture of every person, then the second, …; the last two of each for the test.

    Raises Refused where the file is not there.
    """
    files = FILES[data.name]
    if missing(files, given.cache):
        raise Refused("not_downloaded", title=data.title)
    x = _read(given.cache / files[0].name, data.shape[-1])
    return Dataset(train=x[: data.n], test=x[TRAIN:], shape=data.shape, dimension=data.dimension)


def _read(path: Path, edge: int) -> np.ndarray:
    """(400, 4096) float32 in [0, 1], picture by picture."""
    # scikit-learn brings SciPy along; its import takes a while, and only this data set needs it.
    from scipy.io import loadmat

    faces = np.asarray(loadmat(path, variable_names=["faces"])["faces"])  # (4096, 400), each column read downwards
    faces = faces.T.reshape(PERSONS, PICTURES, edge, edge).transpose(1, 0, 3, 2)
    return np.ascontiguousarray(faces, dtype=np.float32).reshape(PERSONS * PICTURES, -1) / WHITE
