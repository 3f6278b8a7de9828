# SPDX-License-Identifier: MIT
"""Images of a square, an ellipse or a triangle at every place, size and angle."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset, Given
from engine.data.pictures import pixels
from engine.data.sample import Sample, dataset
from engine.protocol.recipe.data.shapes import Shapes

REACH = 5.0  #: how far the center goes from the middle, in pixels
SMALLEST, LARGEST = 4.0, 8.0  #: radius of the circle around the shape, in pixels
EDGE = 0.4  #: softness: the scale of the logistic edge, in pixels
FLATNESS = 0.5  #: the ellipse's short axis over its long one
TURNS = np.array([1 / 4, 1 / 2, 1 / 3])  #: the part of a turn after which square, ellipse, triangle look the same


def make(data: Shapes, given: Given) -> Dataset:
    """h is right, up, size, turn in −1 … 1, and one column a kind; a turn from −1 to 1 shows each image once."""
    x, y = pixels(data.edge)

    def sampler(count: int, rng: np.random.Generator) -> Sample:
        kind = rng.integers(len(TURNS), size=count)
        h = rng.uniform(-1, 1, size=(count, 4))
        return Sample(paint(h, kind, x, y), kind, np.hstack([h, np.eye(len(TURNS))[kind]]))

    return dataset(data, sampler, given, scale=False)


def paint(h: np.ndarray, kind: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Images (count, M) of h (count, 4) and kind (count,) at the pixels x, y (M,)."""
    right, up, size, turn = h.T[:, :, None]  # (count, 1) each
    radius = (SMALLEST + LARGEST) / 2 + (LARGEST - SMALLEST) / 2 * size
    angle = np.pi * turn * TURNS[kind][:, None]
    u = (np.cos(angle) * (x - REACH * right) + np.sin(angle) * (y - REACH * up)) / radius  # (count, M)
    v = (np.cos(angle) * (y - REACH * up) - np.sin(angle) * (x - REACH * right)) / radius
    images: np.ndarray = np.empty_like(u)
    for number, inside in enumerate((_square, _ellipse, _triangle)):
        mine = kind == number
        images[mine] = inside(u[mine], v[mine], EDGE / radius[mine])
    return images


def _square(u: np.ndarray, v: np.ndarray, soft: np.ndarray) -> np.ndarray:
    return _polygon(u, v, soft, corners=4)


def _triangle(u: np.ndarray, v: np.ndarray, soft: np.ndarray) -> np.ndarray:
    return _polygon(u, v, soft, corners=3)


def _polygon(u: np.ndarray, v: np.ndarray, soft: np.ndarray, corners: int) -> np.ndarray:
    """A regular polygon in the unit circle, standing on a side: the product of its soft half planes."""
    image: np.ndarray = np.ones_like(u)
    for number in range(corners):
        outward = -np.pi / 2 + 2 * np.pi * number / corners
        image *= _logistic((np.cos(np.pi / corners) - np.cos(outward) * u - np.sin(outward) * v) / soft)
    return image


def _ellipse(u: np.ndarray, v: np.ndarray, soft: np.ndarray) -> np.ndarray:
    """Half axes 1 and FLATNESS; the distance to the rim to first order, (1 − r) r / |∇r²/2|."""
    r = np.hypot(u, v / FLATNESS)
    slope = np.hypot(u, v / FLATNESS**2)
    return _logistic((1 - r) * r / (soft * np.maximum(slope, 1e-6)))


def _logistic(x: np.ndarray) -> np.ndarray:
    soft: np.ndarray = 1 / (1 + np.exp(-np.clip(x, -20, 20)))
    return soft
