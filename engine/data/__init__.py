# SPDX-License-Identifier: MIT
"""The examples of every declared data set, as read-only arrays; NumPy only. Adding one is a line in the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from engine.data import (
    blob,
    circles,
    dial,
    digits,
    grid,
    imported,
    mnist,
    moons,
    olivetti,
    painted,
    pinwheel,
    s_curve,
    shapes,
    spiral,
    swiss_roll,
)
from engine.data.dataset import Dataset, Given
from engine.data.download import cache_folder
from engine.protocol.recipe.data.blob import Blob
from engine.protocol.recipe.data.circles import Circles
from engine.protocol.recipe.data.dial import Dial
from engine.protocol.recipe.data.digits import Digits
from engine.protocol.recipe.data.grid import Grid
from engine.protocol.recipe.data.imported import Imported
from engine.protocol.recipe.data.mnist import FashionMnist, Mnist
from engine.protocol.recipe.data.moons import Moons
from engine.protocol.recipe.data.olivetti import Olivetti
from engine.protocol.recipe.data.painted import Painted
from engine.protocol.recipe.data.pinwheel import Pinwheel
from engine.protocol.recipe.data.s_curve import SCurve
from engine.protocol.recipe.data.shapes import Shapes
from engine.protocol.recipe.data.spiral import Spiral
from engine.protocol.recipe.data.swiss_roll import SwissRoll
from engine.protocol.recipe.part import Data

MAKERS: Mapping[type[Data], Callable[[Any, Given], Dataset]] = MappingProxyType({
    Digits: digits.make,
    Moons: moons.make,
    Circles: circles.make,
    Spiral: spiral.make,
    Pinwheel: pinwheel.make,
    Grid: grid.make,
    SwissRoll: swiss_roll.make,
    SCurve: s_curve.make,
    Dial: dial.make,
    Blob: blob.make,
    Shapes: shapes.make,
    Painted: painted.make,
    Imported: imported.make,
    Mnist: mnist.make,
    FashionMnist: mnist.make,
    Olivetti: olivetti.make,
})  # fmt: skip

_PURPOSE = int.from_bytes(b"data")  #: keeps these streams apart from everything else that derives from the seed
_NONE: Mapping[str, np.ndarray] = MappingProxyType({})


def load(data: Data, seed: int, arrays: Mapping[str, np.ndarray] = _NONE, cache: Path | None = None) -> Dataset:
    """The examples of `data`: the same for the same seed, whatever else was loaded.

    `arrays` holds what the user imported, by SHA-256; `cache` is the folder of downloads, the user's own unless given.
    Raises Refused where an imported array or a downloaded file is not there, or is not what it should be.
    """
    train, test = np.random.SeedSequence((_PURPOSE, seed)).spawn(2)
    given = Given(np.random.default_rng(train), np.random.default_rng(test), arrays, cache or cache_folder())
    return MAKERS[type(data)](data, given)
