# SPDX-License-Identifier: MIT
"""The examples of every declared data set, as read-only arrays; NumPy only. Adding one is a line in the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from engine.data import digits, moons
from engine.data.dataset import Dataset, Given
from engine.protocol.recipe.data.digits import Digits
from engine.protocol.recipe.data.moons import Moons
from engine.protocol.recipe.part import Data

_MAKERS: dict[type[Data], Callable[[Any, Given], Dataset]] = {
    Digits: digits.make,
    Moons: moons.make,
}

_PURPOSE = int.from_bytes(b"data")  #: keeps these streams apart from everything else that derives from the seed
_NONE: Mapping[str, np.ndarray] = MappingProxyType({})


def load(data: Data, seed: int, arrays: Mapping[str, np.ndarray] = _NONE, cache: Path | None = None) -> Dataset:
    """The examples of `data`: the same for the same seed, whatever else was loaded.

    `arrays` holds what the user imported, by SHA-256; `cache` is the folder of downloads (the user's own cache unless given).
    """
    train, test = np.random.SeedSequence((_PURPOSE, seed)).spawn(2)
    given = Given(np.random.default_rng(train), np.random.default_rng(test), arrays, cache or Path())
    return _MAKERS[type(data)](data, given)
