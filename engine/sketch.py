# SPDX-License-Identifier: MIT
"""A drawing becomes an example: its strokes are averaged down to the size of the data's images."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

LARGEST = 1024  #: pixels along an edge


class SketchError(ValueError):
    """A drawing that cannot become an example."""


def example(pixels: np.ndarray, shape: tuple[int, ...], low: float, high: float) -> Tensor:
    """The drawing (h, w), values 0 (ground) … 1 (stroke), as an example (M,) of `shape` between `low` and `high`.

    Each pixel of the example is the mean of the part of the drawing that it covers, as the digits were made from 32×32
    bitmaps. Raises SketchError where the data are no images, or the drawing is none.
    """
    if len(shape) != 3:
        raise SketchError("a drawing needs images, and these data are points")
    if pixels.ndim != 2 or not all(1 <= edge <= LARGEST for edge in pixels.shape):
        raise SketchError(f"a drawing has rows and columns, 1 to {LARGEST} each, not the shape {pixels.shape}")
    drawn = torch.tensor(pixels, dtype=torch.float32)
    if not bool(drawn.isfinite().all()):
        raise SketchError("a drawing has no values that are no numbers")
    channels, height, width = shape
    small = interpolate(drawn.clamp(0, 1)[None, None], size=(height, width), mode="area")  # (1, 1, height, width)
    return (low + (high - low) * small[0]).expand(channels, height, width).reshape(-1)
