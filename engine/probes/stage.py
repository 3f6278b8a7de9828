# SPDX-License-Identifier: MIT
"""The torch half of the stage: data, arrows −η(x − D(x)), points and their tails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from engine.plane import extent
from engine.probes.probe import Probe, Reading, class_labels, lattice, to_numpy
from engine.protocol.payloads import Axes, Paths, Payload, Picture, Points
from engine.protocol.recipe.probes.stage import Stage
from engine.scene import Scene

SHOWN = 10_000  #: data points drawn at most


class StageProbe(Probe[Stage]):
    """One lane's stage, in the plane of its data."""

    def __init__(self, declared: Stage, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        run, plane = scene.run, scene.plane
        self._data = to_numpy(plane.project(run.x[:SHOWN]))
        self._labels = class_labels(run.data.train_labels, SHOWN) if not plane.exact else None
        self._range = extent(self._data, 0.25)
        self._grid = run.x.new_tensor(lattice(self._range, declared.grid)[0])  # (k, 2)

    def version(self) -> Any:
        """The stage follows the points too."""
        return *self.scene.weights, self.scene.swarm.version

    def measure(self) -> Iterator[Reading]:
        """One picture."""
        x, y = self.scene.plane.titles
        layers: list[Payload] = [Points(name="data", role="data", xy=self._data, label=self._labels, size_px=4.0)]
        if self.declared.arrows:
            layers.append(Paths(name="arrows", role="exact", xy=self._arrows(), arrows=True))
        layers += self._swarm()
        axes = Axes(x=x, y=y, range=self._range)
        yield Reading(Picture(step=self.scene.run.step, layers=tuple(layers), axes=axes))

    def _arrows(self) -> np.ndarray:
        """From each place of the grid to where one update takes it: (2, k, 2)."""
        run, plane = self.scene.run, self.scene.plane
        start = plane.lift(self._grid)
        end = torch.lerp(start, run.shown.denoise(start, run.sigma), float(run.flow.get("eta", 1.0)))
        return np.stack([to_numpy(self._grid), to_numpy(plane.project(end))])

    def _swarm(self) -> list[Payload]:
        swarm = self.scene.swarm
        if not len(swarm):
            return []
        places = swarm.places()
        return [
            Paths(name="tails", role="learned", xy=swarm.tails.paths(places)),
            Points(name="starts", role="noise", xy=to_numpy(swarm.plane.project(swarm.start)), ring=True, size_px=5.0),
            Points(name="points", role="learned", xy=places, size_px=8.0),
        ]
