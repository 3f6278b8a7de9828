# SPDX-License-Identifier: MIT
"""The torch half of the inner plane and of the Jacobian's spectrum, at a point and along its way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.closed_form import local_dimension
from engine.plane import extent
from engine.probes.jacobian import singular_values
from engine.probes.probe import Errand, Probe, Reading, class_labels, picked, to_numpy
from engine.probes.still import frozen
from engine.probes.turning import Turning
from engine.protocol.payloads import Axes, Bars, Paths, Payload, Picture, Points, Series
from engine.protocol.recipe.probes.within import Inner, Spectrum, SpectrumWay
from engine.scene import Scene

FEW = 8  #: test points that are asked first


class InnerProbe(Probe[Inner]):
    """Activations of the narrowest layer."""

    every_s = 0.2

    def __init__(self, declared: Inner, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        self._x = scene.run.x[: declared.points]
        self._labels = class_labels(scene.run.data.train_labels, len(self._x))
        self._turning = Turning()

    def version(self) -> Any:
        """Weights, and the way of the newest point."""
        return *self.scene.weights, self.scene.swarm.version

    def asked(self) -> Any:
        return self.scene.settings

    def measure(self) -> Iterator[Reading]:
        """One picture."""
        run = self.scene.run
        inner = run.shown.narrowest(self._x, run.sigma)
        mean, axes, shares = self._turning.axes(inner)
        places = to_numpy((inner - mean) @ axes.T)
        layers: list[Payload] = [Points(name="data", xy=places, label=self._labels, first=0, classes=self.scene.classes)]
        number, x = self.scene.hand.example, self.scene.picked()
        if number is not None and x is not None and number >= len(places):
            layers.append(picked(number, to_numpy((run.shown.narrowest(x[None], run.sigma) - mean) @ axes.T)))
        film = self.scene.swarm.film
        if len(film) > 1:
            way = run.shown.narrowest(torch.stack([x for _, x in film]), run.sigma)
            layers.append(Paths(name="the newest point", role="learned", xy=to_numpy((way - mean) @ axes.T)[:, None]))
        titles = (f"first principal axis · {100 * shares[0]:.0f} %", f"second · {100 * shares[1]:.0f} %")
        note = f"{inner.shape[1]} units; the plane holds"
        shown = Axes(x=titles[0], y=titles[1], range=extent(places, 0.08), note=note, figure=f"{100 * sum(shares):.0f} %")
        yield Reading(Picture(step=run.step, layers=tuple(layers), axes=shown))


class SpectrumProbe(Probe[Spectrum]):
    """The Jacobian at the picked example, else at the pointed x; that of test points is asked for beside it."""

    every_s = 0.2

    def __init__(self, declared: Spectrum, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        self._tests = Dimensions(scene, declared.tests)
        self.errands = (self._tests,)

    def version(self) -> Any:
        """Weights, cursor, the newest point, and what the test points say."""
        return *self.scene.weights, self.scene.swarm.version, self._tests.words

    def asked(self) -> Any:
        return self.scene.settings

    def measure(self) -> Iterator[Reading]:
        """The spectrum at once."""
        run, network = self.scene.run, frozen(self.scene.run.shown)
        step = run.step
        example = self.scene.picked()
        x = self.scene.pointed() if example is None else example
        for values in singular_values(network, x, run.sigma):
            yield Reading(None if values is None else self._picture(step, values))

    def _picture(self, step: int, values: Tensor) -> Picture:
        shown = values[: self.declared.most]
        bars = Bars(
            name="spectrum", labels=tuple(str(i + 1) for i in range(len(shown))), values=to_numpy(shown[:, None]),
            roles=("learned",), marks=(0.5,), dim=tuple(bool(v <= 0.5) for v in shown),
        )  # fmt: skip
        axes = Axes(note=f"local dimension at σ = {self.scene.run.sigma:.3g}", figure=str(int(local_dimension(values))))
        return Picture(step=step, layers=(bars,), axes=axes, note=self._tests.words)


class Dimensions(Errand):
    """The local dimension at test points: its median, the figure `local_dimension`."""

    every_s = 0.5
    share = 4.0

    def __init__(self, scene: Scene, count: int) -> None:
        self.scene = scene
        self.count = count
        self.words = ""

    def version(self) -> Any:
        """Weights and σ."""
        return self.scene.run.step, self.scene.live

    def asked(self) -> Any:
        return self.scene.run.sigma

    def measure(self) -> Iterator[Reading]:
        """One Jacobian after the other, and what the first few say; another σ begins anew."""
        run, network, live = self.scene.run, frozen(self.scene.run.shown), self.scene.live
        place, found = (run.step, run.train_s), list[int]()
        for x in run.test[: self.count]:
            for values in singular_values(network, x, run.sigma):
                if self.scene.live != live:
                    return
                if values is not None:
                    found.append(int(local_dimension(values)))
                    if len(found) in (FEW, self.count):
                        self.words = f"median of {len(found)} test points: {np.median(found):g}"
                yield Reading()
        yield Reading(figures={"local_dimension": float(np.median(found))}, place=place)


class SpectrumWayProbe(Probe[SpectrumWay]):
    """The Jacobian at some states of the film, one after the other."""

    every_s = 1.0

    def version(self) -> Any:
        """Weights, and the newest point."""
        return *self.scene.weights, self.scene.swarm.version

    def measure(self) -> Iterator[Reading]:
        """One picture, when all places of the way are known; none while the stage is empty."""
        run, film = self.scene.run, self.scene.swarm.film
        if len(film) < 2:
            return
        chosen = np.unique(np.linspace(0, len(film) - 1, self.declared.places).round().astype(int))
        ways, network = [film[index] for index in chosen], frozen(run.shown)
        found = []
        for _, x in ways:
            for values in singular_values(network, x, run.sigma):
                if values is not None:
                    found.append(to_numpy(values))
                yield Reading()
        yield Reading(self._picture(np.array([update for update, _ in ways], np.float64), np.stack(found)))

    def _picture(self, updates: np.ndarray, values: np.ndarray) -> Picture:
        lines: list[Payload] = [
            Series(name=f"value {k + 1}", role="learned", x=updates, y=values[:, k].astype(np.float64), label=str(k + 1))
            for k in range(min(self.declared.most, values.shape[1]))
        ]
        half = np.full(len(updates), 0.5)
        lines.append(Series(name="half", role="exact", x=updates, y=half, label="½", dashed=True, plain=True))
        first, last = ((values[at] > 0.5).sum() for at in (0, -1))
        note = f"local dimension {first} → {last} at σ = {self.scene.run.sigma:.3g}"
        axes = Axes(x="updates", y="singular values of ∂D/∂x")
        return Picture(step=self.scene.run.step, layers=tuple(lines), axes=axes, note=note)
