# SPDX-License-Identifier: MIT
"""The torch half of the curves: nothing for the training's own figures, which come with every frame anyway; for denoisers
the exact floor, and the loss on the floor's own noise; for encoders the KL of all training examples, to which its bars sum."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.gap import Gap
from engine.probes.kl_bars import pulls_of
from engine.probes.probe import Probe, Reading
from engine.protocol.recipe.probes.curves import Curves
from engine.scene import Scene


class CurvesProbe(Probe[Curves]):
    """Figures that are measured beside the training: `floor`, `validation`, `rms`; `kl_data`."""

    every_s = 0.2

    def __init__(self, declared: Curves, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        can, wanted = scene.run.network.declared.can, {"floor", "validation", "rms"} & set(declared.names)
        self._gap = Gap(scene.run) if wanted and "denoise" in can else None
        self._kl = "kl_data" in declared.names and "posterior" in can

    def version(self) -> Any:
        return self.scene.coded if self._kl else self.scene.learned

    def measure(self) -> Iterator[Reading]:
        """The figures of the present weights."""
        if self._kl:
            place = self.scene.run.step, self.scene.run.train_s
            for found in pulls_of(self.scene):
                yield Reading(figures={"kl_data": float(found[0].sum())} if found else {}, place=place)
        if self._gap is None:
            return
        yield from (Reading() for _ in self._gap.prepare())
        yield Reading(figures=self._gap.figures())
