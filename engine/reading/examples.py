# SPDX-License-Identifier: MIT
"""What comes out of every reader: checked examples, and how they are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import numpy as np

from engine.data.refusal import Refused
from engine.protocol.recipe.data.imported import LARGEST

FEWEST = 4  #: examples: some to train with, one to test
HUGE = 1e30  #: larger numbers have no square in float32
ROOM = 2**30  #: bytes of one array, before it is made what the network sees

Tell = Callable[[int, int, str], None]  #: done, of, what


@dataclass(frozen=True)
class Examples:
    """Images (N, channels, h, w), uint8 or float32 in 0 … 1, or a table (N, M) float32; finite, with what is known of them."""

    x: np.ndarray
    low: float  #: the range in the file
    high: float
    scaling: str = ""  #: what was done to the range of images, a sentence
    labels: np.ndarray | None = None  # (N,) int32
    classes: tuple[str, ...] = ()
    label: str = ""
    columns: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)


def refuse(file: Path, reason: str) -> NoReturn:
    """Raise Refused for this file, for this reason: no capital, no full stop."""
    raise Refused("file_refused", file=str(file), reason=reason)


def fits(file: Path, count: int, numbers: int) -> None:
    """Refuse `count` examples of so many numbers together where they are too few or too many."""
    if count < FEWEST:
        refuse(file, f"it holds {_counted(count, 'example')}, and training takes at least {FEWEST}")
    if numbers > LARGEST:
        refuse(file, f"it holds {numbers:,} numbers, and this app takes at most {LARGEST:,}")


def _counted(count: int, noun: str) -> str:
    return f"no {noun}s" if count == 0 else f"1 {noun}" if count == 1 else f"{count} {noun}s"
