# SPDX-License-Identifier: MIT
"""What the plane of a stage can be colored by: a field that is found beside it, coarse first."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.closed_form import effective_number, log_density_smoothed
from engine.probes.probe import Errand, Reading, lattice, to_numpy
from engine.protocol.payloads import Field
from engine.scene import Scene

Bounds = tuple[float, float, float, float]  #: xmin, xmax, ymin, ymax

COARSE = 16  #: columns of the first field
WORK = 2**20  #: places × training examples of a slice
DEPTH_NATS = 12.0  #: what is so far below the highest density is shown as none


class Ground(Errand):
    """An errand that finds a field over a plane."""

    every_s = 1.0

    def __init__(self, scene: Scene, bounds: Bounds) -> None:
        self.scene = scene
        self.bounds = bounds
        self.field: Field | None = None
        self.number = 0  #: rises with every new field

    def show(self, field: Field) -> None:
        """There is a new field."""
        self.field = field
        self.number += 1


class Exact(Ground):
    """A quantity of the training examples and σ alone, at each place of the plane."""

    every_s = 0.05

    def __init__(self, scene: Scene, bounds: Bounds, columns: int) -> None:
        super().__init__(scene, bounds)
        self.columns = columns

    def version(self) -> Any:
        """Only σ matters."""
        return self.scene.run.sigma

    def asked(self) -> Any:
        return self.scene.run.sigma

    def measure(self) -> Iterator[Reading]:
        """Coarse first, then the full grid; another σ begins anew."""
        run, sigma = self.scene.run, self.scene.run.sigma
        for columns in (min(COARSE, self.columns), self.columns):
            places, shape = lattice(self.bounds, columns)
            found: list[Tensor] = []
            for part in torch.split(self.scene.plane.lift(run.x.new_tensor(places)), max(1, WORK // len(run.x))):
                found.append(self.value(part, sigma))
                yield Reading()
                if run.sigma != sigma:
                    return
            self.show(self.field_of(to_numpy(torch.cat(found)).reshape(shape)))
            yield Reading()

    def value(self, x: Tensor, sigma: float) -> Tensor:
        """The quantity at x (n, M): (n,)."""
        raise NotImplementedError

    def field_of(self, values: np.ndarray) -> Field:
        """The field that shows it, (rows, columns)."""
        raise NotImplementedError


class Number(Exact):
    """The effective number of candidates exp(H(P(·|x)))."""

    def value(self, x: Tensor, sigma: float) -> Tensor:
        return effective_number(x, self.scene.run.x, sigma).log10()

    def field_of(self, values: np.ndarray) -> Field:
        high = math.log10(len(self.scene.run.x)) or 1.0
        label = "log₁₀ exp(H)"
        return Field(name="number", values=values, range=self.bounds, low=0.0, high=high, label=label)


class Density(Exact):
    """log p_σ(x), the density of the training examples blurred by σ."""

    def value(self, x: Tensor, sigma: float) -> Tensor:
        return log_density_smoothed(x, self.scene.run.x, max(sigma, 1e-6))

    def field_of(self, values: np.ndarray) -> Field:
        high = float(values.max())
        label = "log p_σ in nats"
        return Field(name="density", values=values, range=self.bounds, low=high - DEPTH_NATS, high=high, label=label)


#: name → ground(scene, bounds, columns); basins are the stage's own affair.
EXACT: dict[str, Callable[[Scene, Bounds, int], Exact]] = {"number": Number, "density": Density}


def centers(bounds: Bounds, shape: tuple[int, ...]) -> np.ndarray:
    """The centers of the cells, from the bottom row: (rows, columns, 2) float32."""
    left, right, bottom, top = bounds
    rows, columns = shape
    xs = left + (right - left) / columns * (np.arange(columns) + 0.5)
    ys = bottom + (top - bottom) / rows * (np.arange(rows) + 0.5)
    return np.stack(np.meshgrid(xs, ys), axis=-1).astype(np.float32)
