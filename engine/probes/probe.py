# SPDX-License-Identifier: MIT
"""What every probe of the app is: a guest that measures in slices, with its own random stream, and writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from torch import Tensor

from engine.protocol.payloads import PICKED, Images, Picture, Points
from engine.protocol.recipe.part import Probe as Declared
from engine.rng import generator
from engine.scene import Scene

D = TypeVar("D", bound=Declared)


Place = tuple[int, float]  #: in a training: after so many steps and seconds


class Reading:
    """What a slice of a measurement gave: a picture, figures for the curves, or (None) only time to look around."""

    def __init__(
        self, picture: Picture | None = None, figures: dict[str, float] | None = None, place: Place | None = None
    ) -> None:
        self.picture = picture
        self.figures = figures or {}
        self.place = place  #: of the weights that the figures are of; None: the present ones


class Errand:
    """A measurement in slices. What it finds goes to a panel and to the curves, or stays here for another to show."""

    every_s: ClassVar[float] = 0.05  #: begun at most this often
    share: ClassVar[float] = 1.0  #: of the time that another has; less for what has to be there in the end only

    @property
    def urgent(self) -> bool:
        """Whether a hand waits for the answer, which takes a millisecond or two: then it waits neither for turn nor budget."""
        return False

    def version(self) -> Any:
        """What the measurement depends on: as long as this stays equal, nothing is measured again."""
        raise NotImplementedError

    def asked(self) -> Any:
        """What a hand has set of what is measured. Who learns that it changed is waited for, and has time of its own."""
        return None

    def measure(self) -> Iterator[Reading]:
        """Measure, in slices of a few milliseconds: readings, coarse first. Runs without gradients."""
        raise NotImplementedError


class Probe(Errand, Generic[D]):
    """The torch half of a declared probe, for one panel and one run. It may keep what helps its next measurement."""

    def __init__(self, declared: D, panel: str, scene: Scene) -> None:
        self.declared = declared
        self.panel = panel
        self.scene = scene
        self.rng = generator(scene.run.seed, f"probe:{declared.kind}", scene.run.device)
        self.errands: tuple[Errand, ...] = ()  #: what takes long, is measured in turn with the other panels, and shown here

    def version(self) -> Any:
        return self.scene.learned


def to_numpy(x: Tensor) -> np.ndarray:
    """A tensor as a float32 array on the CPU."""
    found: np.ndarray = x.detach().float().cpu().numpy()
    return found


def to_pixels(x: Tensor | np.ndarray, shape: tuple[int, ...], low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """Flat images (n, M) of `shape` (channels, h, w) as uint8 (n, h, w), or (n, h, w, 3) for color, from `low` to `high`."""
    array = x.detach().float().cpu().numpy() if isinstance(x, Tensor) else x
    channels, height, width = shape
    scaled = np.clip((array - low) / (high - low), 0, 1) * 255 + 0.5
    pixels = scaled.astype(np.uint8).reshape(len(array), channels, height, width)
    return pixels[:, 0] if channels == 1 else pixels.transpose(0, 2, 3, 1)


def class_labels(labels: np.ndarray | None, count: int) -> np.ndarray | None:
    """The first `count` class numbers as int32, or None."""
    return None if labels is None else labels[:count].astype(np.int32)


def picked(number: int, xy: np.ndarray) -> Points:
    """The picked example at its place (1, 2), for a plane that shows others."""
    return Points(name=PICKED, role="learned", xy=xy, first=number, size_px=6.0)


def gallery(
    scene: Scene, rows: list[tuple[str, Tensor, float, float]], columns: tuple[str, ...] = (), examples: tuple[int, ...] = ()
) -> Picture:
    """Rows of images: (label, flat images (n, M), the value shown black, the value shown white).

    `examples` are those of one row, where every row has the same.
    """
    pixels = np.stack([to_pixels(x, scene.run.data.shape, low, high) for _, x, low, high in rows])
    names = tuple(label for label, *_ in rows)
    grid = Images(name="images", pixels=pixels, rows=names, columns=columns, examples=examples * len(rows))
    return Picture(step=scene.run.step, layers=(grid,))


def lattice(bounds: tuple[float, float, float, float], columns: int) -> tuple[np.ndarray, tuple[int, int]]:
    """Regular places that fill the range with about square cells, from the bottom row: (k, 2) float32, (rows, columns)."""
    left, right, bottom, top = bounds
    cell = (right - left) / columns
    rows = max(1, round((top - bottom) / cell))
    xs = left + cell * (np.arange(columns) + 0.5)
    ys = bottom + (top - bottom) / rows * (np.arange(rows) + 0.5)
    return np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2).astype(np.float32), (rows, columns)


def subscript(number: int) -> str:
    """A whole number as a subscript, as in h₁₂."""
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
