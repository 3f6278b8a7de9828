# SPDX-License-Identifier: MIT
"""The sizes that several networks share, declared once."""

from __future__ import annotations

import math
from typing import Annotated

from engine.protocol.recipe.parameter import number, option
from engine.protocol.recipe.part import Data

Width = Annotated[
    int,
    number("H", "width", "Units in each hidden layer.", low=1, high=8192, slider=(2, 1024), scale="log", role="exact"),
]
Depth = Annotated[
    int,
    number("L", "depth", "Hidden layers; 0 makes the model linear.", low=0, high=16, slider=(0, 6), role="exact"),
]
Latent = Annotated[
    int,
    number("M_hidd", "latent dimensions", "Dimensions of the hidden space h.",
           low=1, high=1024, slider=(1, 32), scale="log", role="exact"),
]  # fmt: skip
Channels = Annotated[
    int,
    number("C", "channels", "Channels of the first convolution; deeper ones have more.",
           low=1, high=512, slider=(4, 64), scale="log", role="exact"),
]  # fmt: skip


Skips = Annotated[
    bool,
    option("", "skip connections", "Let each layer on the way down speak to its partner on the way up.", role="exact"),
]

PORTION = 2**19  #: work of a part of a U-net's training step: some milliseconds there, and about twice that back
FEW_CHANNELS = 16  #: below them a convolution's time goes with the pixels that it reads and writes, above with its products
HALVINGS = 2  #: how often a convolutional network halves the edge of an image


def latent_misfit(latent: int, data: Data) -> str | None:
    """Why a hidden space of `latent` dimensions does not fit the data; None where it does."""
    size = math.prod(data.shape)
    return f"M_hidd = {latent} is larger than the M = {size} dimensions of the data" if latent > size else None


def image_portion(channels: int, shape: tuple[int, ...]) -> int:
    """How many images of `shape` a U-net takes at once in training, so that nobody waits long for the end of a part."""
    _, height, width = shape
    return max(1, PORTION // (height * width * channels * max(channels, FEW_CHANNELS)))


def image_misfit(data: Data) -> str | None:
    """Why convolutions do not fit the data; None where they do."""
    if len(data.shape) != 3:
        return "a convolution needs images, and these are points"
    _, height, width = data.shape
    part = 2**HALVINGS
    if height % part or width % part:
        return f"images of {height}×{width} cannot be halved {HALVINGS} times; each edge must be a multiple of {part}"
    return None
