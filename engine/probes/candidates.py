# SPDX-License-Identifier: MIT
"""The torch half of the candidates: P(x_i|x) at the cursor, and their effective number over the plane."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.closed_form import effective_number, posterior_weights
from engine.plane import extent
from engine.probes.probe import Probe, Reading, lattice, to_numpy, to_pixels
from engine.protocol.payloads import Axes, Bars, Field, Picture, Points
from engine.protocol.recipe.probes.candidates import Candidates, EffectiveNumber
from engine.scene import Scene

SLICE = 512


class CandidatesProbe(Probe[Candidates]):
    """The answer for the point under the cursor; for the newest point on the stage while nothing is pointed at."""

    def version(self) -> Any:
        """The weights of the network do not matter: only σ, the cursor and the points."""
        return self.scene.settings, self.scene.swarm.version

    def measure(self) -> Iterator[Reading]:
        """One picture."""
        run, x = self.scene.run, self.scene.pointed()
        weights = posterior_weights(x[None], run.x, run.sigma)[0]  # (N,)
        largest = weights.topk(min(self.declared.most, len(weights)))
        number = float(effective_number(x[None], run.x, run.sigma))
        rows = run.x[largest.indices]
        thumbnails = to_pixels(rows, run.data.shape) if len(run.data.shape) == 3 else None
        bars = Bars(
            name="candidates", labels=tuple(self._label(i) for i in largest.indices.tolist()),
            values=to_numpy(largest.values[:, None]), roles=("exact",), thumbnails=thumbnails,
        )  # fmt: skip
        figure = f"{number:,.2f}" if number < 100 else f"{number:,.0f}"
        axes = Axes(note=f"effective number, of {len(weights):,}", figure=figure)
        yield Reading(Picture(step=run.step, layers=(bars,), axes=axes, note=f"σ = {run.sigma:.3g}"))

    def _label(self, row: int) -> str:
        labels = self.scene.run.data.train_labels
        if labels is None or not self.scene.classes:
            return f"x{row + 1}"
        return f"{self.scene.classes[int(labels[row])]} · x{row + 1}"


class EffectiveNumberProbe(Probe[EffectiveNumber]):
    """exp(H) over the plane of the data, in slices of the grid."""

    def __init__(self, declared: EffectiveNumber, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        self._data = to_numpy(scene.plane.project(scene.run.x[:2000]))
        self._range = extent(self._data, 0.25)

    def version(self) -> Any:
        """Only σ matters."""
        return self.scene.run.sigma

    def measure(self) -> Iterator[Reading]:
        """Coarse first, then the full grid."""
        for columns in (self.declared.grid // 4, self.declared.grid):
            places, shape = lattice(self._range, columns)
            x = self.scene.plane.lift(self.scene.run.x.new_tensor(places))
            found: list[Tensor] = []
            for part in torch.split(x, SLICE):
                found.append(effective_number(part, self.scene.run.x, self.scene.run.sigma))
                yield Reading()
            yield Reading(self._picture(to_numpy(torch.cat(found)).reshape(shape)))

    def _picture(self, number: np.ndarray) -> Picture:
        count = len(self.scene.run.x)
        field = Field(
            name="number", values=np.log10(number), range=self._range, low=0.0, high=math.log10(count) or 1.0,
            label="log₁₀ of the effective number",
        )  # fmt: skip
        x, y = self.scene.plane.titles
        cloud = Points(name="data", xy=self._data, size_px=2.0)
        axes = Axes(x=x, y=y, range=self._range, note=f"at σ = {self.scene.run.sigma:.3g}, 1 … {count:,}")
        return Picture(step=self.scene.run.step, layers=(field, cloud), axes=axes)
