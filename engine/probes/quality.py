# SPDX-License-Identifier: MIT
"""The torch half of the distance figure."""

from __future__ import annotations

from collections.abc import Iterator

from engine.probes.probe import Probe, Reading
from engine.probes.still import frozen
from engine.protocol.payloads import Picture, Text
from engine.protocol.recipe.probes.quality import Quality
from engine.quality import SETS, Distance
from engine.scene import Scene


class QualityProbe(Probe[Quality]):
    """Sets of samples of the weights that the measurement began with, one set after the other."""

    every_s = 2.0

    def __init__(self, declared: Quality, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        self._distance = Distance(scene.run)

    def measure(self) -> Iterator[Reading]:
        """A picture after each set, and the figure at last. Where the network learns on, or σ is another, it begins anew."""
        run = self.scene.run
        place, live, sets = (run.step, run.train_s), self.scene.live, 0
        for found in self._distance.slices(frozen(run.shown)):
            if self.scene.live != live or (sets and run.step != place[0]):
                return  # better a first figure of now than a last one of then
            sets += found is not None
            figures = {"distance": found} if found is not None and sets == SETS else None
            yield Reading(None if found is None else self._picture(place[0], found, sets), figures, place)

    def _picture(self, step: int, figure: float, sets: int) -> Picture:
        count, name = len(self._distance.held_out), self.scene.run.lane.name
        words = f"{sets * count:,} samples of {name} at step {step:,}, against {count:,} held-out examples; 1 is perfect"
        text = Text(name="distance", figure=f"{figure:.2f}", text=words)
        return Picture(step=step, layers=(text,), note="" if sets == SETS else f"{sets} of {SETS} sets")
