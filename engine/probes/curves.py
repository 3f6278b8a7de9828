# SPDX-License-Identifier: MIT
"""The torch half of the curves: nothing for the training's own figures, which come with every frame anyway; for denoisers
the exact floor, and the loss on the floor's own noise."""

from __future__ import annotations

from collections.abc import Iterator

from engine.gap import Gap
from engine.probes.probe import Probe, Reading
from engine.protocol.recipe.probes.curves import Curves
from engine.scene import Scene


class CurvesProbe(Probe[Curves]):
    """Figures that are measured beside the training: `floor`, `validation`, `rms`."""

    every_s = 0.2

    def __init__(self, declared: Curves, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        wanted = {"floor", "validation", "rms"} & set(declared.names)
        self._gap = Gap(scene.run) if wanted and "denoise" in scene.run.network.declared.can else None

    def measure(self) -> Iterator[Reading]:
        """The figures of the present weights."""
        if self._gap is None:
            return
        yield from (Reading() for _ in self._gap.prepare())
        yield Reading(figures=self._gap.figures())
