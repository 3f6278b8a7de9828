# SPDX-License-Identifier: MIT
"""The torch half of “memorize or generalize”: the figures of now, and a chart that fills while it is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from engine.data.dataset import Dataset
from engine.memory import Recall, exact_recall, learned_recall, of_size, student
from engine.probes.probe import Place, Probe, Reading
from engine.probes.still import frozen
from engine.protocol.payloads import Axes, Payload, Picture, Series, Text
from engine.protocol.recipe.parameter import Role
from engine.protocol.recipe.probes.memorize import Copies, Memorize
from engine.scene import Scene

EVERY_STEPS = 1000  #: a network that knows every σ goes on learning; the chart follows in strides

Measure = Callable[[Dataset, float], Iterator[Recall | None]]


class MemorizeProbe(Probe[Memorize]):
    """Exact figures first, which are quick; then a network of the lane's recipe for each value, trained here and forgotten.

    A network that knows every σ needs no other: against σ it is asked itself.
    """

    share = 0.1

    def __init__(self, declared: Memorize, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        learns = any(True for _ in scene.run.shown.parameters())
        self._asks = learns and declared.against == "sigma" and "anneal" in scene.run.network.declared.can
        self._ways: dict[str, Measure] = {"exact": self._exact}
        if learns:
            self._ways["learned"] = self._learned
        self._found: dict[str, dict[float, Recall]] = {}

    def version(self) -> Any:
        """Against N the present σ matters; the present network only where it is the one that is asked."""
        sigma = self.scene.run.sigma if self.declared.against == "n" else 0.0
        return sigma, self.scene.run.step // EVERY_STEPS if self._asks else 0

    def measure(self) -> Iterator[Reading]:
        """A picture after each value. It begins anew when what it stands for has changed. Switched off, it says nothing."""
        if not self.declared.going:
            return
        begun, run = self.version(), self.scene.run
        places: list[tuple[float, Dataset, float]] = []  # (value, data, σ)
        for value in self.declared.values:
            data = run.data if self.declared.against == "sigma" else of_size(run.data, round(value), run.seed)
            if data is not None:
                places.append((value, data, value if self.declared.against == "sigma" else run.sigma))
        self._found = {way: {} for way in self._ways}
        for way, measure in self._ways.items():
            for number, (value, data, sigma) in enumerate(places, 1):
                yield Reading(self._picture(f"{way}: {number} of {len(places)} …"))
                for recall in measure(data, sigma):
                    if recall is not None:
                        self._found[way][value] = recall
                    if self.version() != begun:
                        return
                    yield Reading()
        yield Reading(self._picture(""))

    def _exact(self, data: Dataset, sigma: float) -> Iterator[Recall | None]:
        yield from exact_recall(data, sigma, self.scene.run.seed, self.declared.starts)

    def _learned(self, data: Dataset, sigma: float) -> Iterator[Recall | None]:
        run = taught = self.scene.run
        if not self._asks:
            own = sigma if "sigma" in run.objective.live else None
            for found in student(run.lane, data, run.seed, self.declared.steps, own):
                taught = found or taught
                yield None
        yield from learned_recall(taught, sigma, self.declared.starts)

    def _picture(self, note: str) -> Picture:
        layers: list[Payload] = []
        roles: dict[str, Role] = {"exact": "exact", "learned": "learned"}
        for way, found in self._found.items():
            values = sorted(found)
            if len(values) > 1:
                x, role = np.log10(values), roles[way]
                train, held_out = (np.array([100 * getattr(found[v], of) for v in values]) for of in ("train", "held_out"))
                layers.append(Series(name=way, role=role, x=x, y=train, label=way))
                layers.append(Series(name=f"{way}, held out", role=role, x=x, y=held_out, label="held out", dashed=True))
        symbol = "σ" if self.declared.against == "sigma" else "N"
        axes = Axes(x=f"log₁₀ {symbol}", y="% of ends on an example")
        return Picture(step=self.scene.run.step, layers=tuple(layers), axes=axes, note=note)


class CopiesProbe(Probe[Copies]):
    """The learned ends first, then those of the exact denoiser, which change with σ alone."""

    every_s = 5.0

    def __init__(self, declared: Copies, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        self._exact: tuple[float, Recall] | None = None  # at this σ

    def version(self) -> Any:
        """Weights and σ."""
        return self.scene.run.step, self.scene.live

    def asked(self) -> Any:
        return self.scene.run.sigma

    def measure(self) -> Iterator[Reading]:
        """One picture. Another σ begins anew."""
        run, network, sigma = self.scene.run, frozen(self.scene.run.shown), self.scene.run.sigma
        place, known = (run.step, run.train_s), self._exact is not None and self._exact[0] == sigma
        for recall in learned_recall(run, sigma, self.declared.starts, network):
            learned = recall
            yield Reading()
        for recall in () if known else exact_recall(run.data, sigma, run.seed, self.declared.starts):
            if recall is not None:
                self._exact = sigma, recall
            if run.sigma != sigma:
                return
            yield Reading()
        assert learned is not None
        assert self._exact is not None
        yield self._reading(place, learned, self._exact[1])

    def _reading(self, place: Place, learned: Recall, exact: Recall) -> Reading:
        parts = {"copies": learned.train, "copies_exact": exact.train, "copies_by_chance": learned.held_out}
        words = (
            f"of {self.declared.starts} ends lie on a training example at σ = {self.scene.run.sigma:.3g}; "
            f"exact {exact.train:.0%}, chance {learned.held_out:.0%}"
        )
        text = Text(name="copies", figure=f"{100 * learned.train:.0f} %", text=words.replace("%", " %"))
        return Reading(Picture(step=place[0], layers=(text,)), parts, place)
