# SPDX-License-Identifier: MIT
"""The torch half of the candidates: P(x_i|x) at the cursor, and their effective number over the plane."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.closed_form import effective_number, posterior_weights
from engine.plane import extent, widened
from engine.probes.film import example_name
from engine.probes.ground import Number
from engine.probes.probe import Probe, Reading, to_numpy, to_pixels
from engine.protocol.payloads import Axes, Bars, Field, Picture, Points
from engine.protocol.recipe.probes.candidates import Candidates, EffectiveNumber
from engine.scene import Scene


class CandidatesProbe(Probe[Candidates]):
    """The answer for the point under the cursor; for the newest point on the stage while nothing is pointed at."""

    def __init__(self, declared: Candidates, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        self._answered: int | None = None  # the settings of the last picture

    @property
    def urgent(self) -> bool:
        return self._answered != self.scene.settings

    def version(self) -> Any:
        """The weights of the network do not matter: only σ, the cursor and the points."""
        return self.scene.settings, self.scene.swarm.version

    def measure(self) -> Iterator[Reading]:
        """One picture."""
        self._answered = self.scene.settings
        run, x = self.scene.run, self.scene.pointed()
        weights = posterior_weights(x[None], run.x, run.sigma)[0]  # (N,)
        largest = weights.topk(min(self.declared.most, len(weights)))
        number = float(effective_number(x[None], run.x, run.sigma))
        rows = run.x[largest.indices]
        thumbnails = to_pixels(rows, run.data.shape) if len(run.data.shape) == 3 else None
        bars = Bars(
            name="candidates", labels=tuple(example_name(self.scene, i) for i in largest.indices.tolist()),
            values=to_numpy(largest.values[:, None]), roles=("exact",), thumbnails=thumbnails,
            examples=tuple(largest.indices.tolist()),
        )  # fmt: skip
        figure = f"{number:,.2f}" if number < 100 else f"{number:,.0f}"
        axes = Axes(note=f"effective number, of {len(weights):,}", figure=figure)
        yield Reading(Picture(step=run.step, layers=(bars,), axes=axes, note=f"σ = {run.sigma:.3g}"))


class EffectiveNumberProbe(Probe[EffectiveNumber]):
    """exp(H) over the plane of the data."""

    def __init__(self, declared: EffectiveNumber, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        self._data = to_numpy(scene.plane.project(scene.run.x[:2000]))
        self._range = extent(self._data, 0.25)
        self._ground = Number(scene, widened(self._range, 16 / 9), declared.grid)

    def version(self) -> Any:
        """Only σ matters."""
        return self._ground.version()

    def asked(self) -> Any:
        return self._ground.asked()

    def measure(self) -> Iterator[Reading]:
        """Coarse first, then the full grid."""
        shown = self._ground.number
        for _ in self._ground.measure():
            field = self._ground.field if self._ground.number != shown else None
            shown = self._ground.number
            yield Reading(None if field is None else self._picture(field))

    def _picture(self, field: Field) -> Picture:
        x, y = self.scene.plane.titles
        cloud = Points(name="data", xy=self._data, first=0, size_px=2.0)
        note = f"at σ = {self.scene.run.sigma:.3g}, 1 … {len(self.scene.run.x):,}"
        axes = Axes(x=x, y=y, range=self._range, note=note)
        return Picture(step=self.scene.run.step, layers=(field, cloud), axes=axes)
