# SPDX-License-Identifier: MIT
"""The table of data sets: one line each, beside its own file here and its maker in `engine.data`."""

from typing import get_args

from engine.protocol.recipe.data.digits import Digits
from engine.protocol.recipe.data.moons import Moons

AnyData = (
    Digits
    | Moons
)  # fmt: skip

DATA: tuple[type[AnyData], ...] = get_args(AnyData)
