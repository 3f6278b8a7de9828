# SPDX-License-Identifier: MIT
"""The table of data sets: one line each, beside its own file here and its maker in `engine.data`."""

from typing import get_args

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

AnyData = (
    Digits
    | Moons
    | Circles
    | Spiral
    | Pinwheel
    | Grid
    | SwissRoll
    | SCurve
    | Dial
    | Blob
    | Shapes
    | Painted
    | Imported
    | Mnist
    | FashionMnist
    | Olivetti
)  # fmt: skip

DATA: tuple[type[AnyData], ...] = get_args(AnyData)
