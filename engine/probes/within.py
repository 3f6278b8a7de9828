# SPDX-License-Identifier: MIT
"""The torch half of the inner plane and of the Jacobian's spectrum."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.func import jacrev

from engine.closed_form import local_dimension
from engine.plane import extent
from engine.probes.probe import Probe, Reading, class_labels, to_numpy
from engine.probes.turning import Turning
from engine.protocol.payloads import Axes, Bars, Paths, Payload, Picture, Points
from engine.protocol.recipe.probes.within import Inner, Spectrum
from engine.scene import Scene


class InnerProbe(Probe[Inner]):
    """Activations of the narrowest layer."""

    def __init__(self, declared: Inner, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        self._x = scene.run.x[: declared.points]
        self._labels = class_labels(scene.run.data.train_labels, len(self._x))
        self._turning = Turning()

    def version(self) -> Any:
        """Weights, and the way of the newest point."""
        return *self.scene.weights, self.scene.swarm.version

    def measure(self) -> Iterator[Reading]:
        """One picture."""
        run = self.scene.run
        inner = run.shown.narrowest(self._x, run.sigma)
        mean, axes, shares = self._turning.axes(inner)
        places = to_numpy((inner - mean) @ axes.T)
        layers: list[Payload] = [Points(name="data", xy=places, label=self._labels, classes=self.scene.classes)]
        film = self.scene.swarm.film
        if len(film) > 1:
            way = run.shown.narrowest(torch.stack([x for _, x in film]), run.sigma)
            layers.append(Paths(name="the newest point", role="learned", xy=to_numpy((way - mean) @ axes.T)[:, None]))
        titles = (f"first principal axis · {100 * shares[0]:.0f} %", f"second · {100 * shares[1]:.0f} %")
        note = f"{inner.shape[1]} units; the plane holds"
        shown = Axes(x=titles[0], y=titles[1], range=extent(places, 0.08), note=note, figure=f"{100 * sum(shares):.0f} %")
        yield Reading(Picture(step=run.step, layers=tuple(layers), axes=shown))


class SpectrumProbe(Probe[Spectrum]):
    """The Jacobian at the pointed x first, then at test points, one a slice."""

    def version(self) -> Any:
        """Weights, cursor, and the newest point."""
        return *self.scene.weights, self.scene.swarm.version

    def measure(self) -> Iterator[Reading]:
        """The spectrum at once; the median over test points when it is known."""
        values = self._singular_values(self.scene.pointed())
        yield Reading(self._picture(values, None))
        found = []
        for x in self.scene.run.test[: self.declared.tests]:
            found.append(int(local_dimension(self._singular_values(x))))
            yield Reading()
        yield Reading(self._picture(values, found), {"local_dimension": float(np.median(found))})

    def _singular_values(self, x: Tensor) -> Tensor:
        """Of ∂D/∂x at x (M,), largest first: (M,)."""
        run = self.scene.run
        sigma, network = run.sigma, run.shown
        # Probes run in inference mode; derivatives need tensors made outside of it.
        with torch.inference_mode(False):
            jacobian = jacrev(lambda point: network.denoise(point[None], sigma)[0])(x.clone())
            values: Tensor = torch.linalg.svdvals(jacobian.detach())
        return values

    def _picture(self, values: Tensor, tests: list[int] | None) -> Picture:
        dimension = int(local_dimension(values))
        shown = values[: self.declared.most]
        bars = Bars(
            name="spectrum", labels=tuple(str(i + 1) for i in range(len(shown))), values=to_numpy(shown[:, None]),
            roles=("learned",), marks=(0.5,), dim=tuple(bool(v <= 0.5) for v in shown),
        )  # fmt: skip
        note = f"local dimension at σ = {self.scene.run.sigma:.3g}"
        beside = "" if tests is None else f"median of {len(tests)} test points: {np.median(tests):.0f}"
        return Picture(step=self.scene.run.step, layers=(bars,), axes=Axes(note=note, figure=str(dimension)), note=beside)
