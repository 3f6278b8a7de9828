# SPDX-License-Identifier: MIT
"""How far the learned denoiser is from the exact one: a figure for the corner of the stage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.gap import Gap
from engine.probes.probe import Errand, Reading
from engine.scene import Scene

POINTS = 512  #: the figure is read at a glance; the curves have it from four times as many


class Apart(Errand):
    """√E‖DAE(x) − exact(x)‖² at the present weights and σ."""

    every_s = 0.25

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.rms: float | None = None
        self._gap = Gap(scene.run, POINTS)

    def version(self) -> Any:
        """Weights and σ."""
        return self.scene.run.step, self.scene.live

    def measure(self) -> Iterator[Reading]:
        """The exact answers in slices, then the figure."""
        for _ in self._gap.prepare():
            yield Reading()
        self.rms = self._gap.figures()["rms"]
        yield Reading()
