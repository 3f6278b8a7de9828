# SPDX-License-Identifier: MIT
"""Five bent arms, after the pinwheel of Johnson et al. 2016, each a curve of its own."""

from __future__ import annotations

import numpy as np

from engine.data.arcs import arc, around, polar, rotation
from engine.data.dataset import Dataset, Given
from engine.protocol.recipe.data.pinwheel import Pinwheel

BEND = 0.4  #: the rate of the paper's warp: the angle grows by BEND · exp(radius)
START, END = 0.35, 1.6  #: radii


def make(data: Pinwheel, given: Given) -> Dataset:
    """Arms at radii START … END, a fifth of a turn apart."""
    arm = arc(lambda r: polar(r, BEND * np.exp(r)), START, END)
    turns = 2 * np.pi * np.arange(len(data.classes)) / len(data.classes)
    return around(data, tuple(arm @ rotation(turn) for turn in turns), given)
