# SPDX-License-Identifier: MIT
"""The sizes that several networks share, declared once."""

from __future__ import annotations

from typing import Annotated

from engine.protocol.recipe.parameter import number

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


def latent_misfit(latent: int, shape: tuple[int, ...]) -> str | None:
    """Why a hidden space of `latent` dimensions does not fit examples of `shape`; None where it does."""
    size = 1
    for edge in shape:
        size *= edge
    if latent > size:
        return f"M_hidd = {latent} is larger than the M = {size} dimensions of the data"
    return None
