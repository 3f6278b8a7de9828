# SPDX-License-Identifier: MIT
"""The torch half of the rows: denoised, reconstructed, samples. Images as galleries, points as clouds in the plane."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from engine.plane import extent
from engine.probes.probe import Probe, Reading, gallery, to_numpy
from engine.protocol.payloads import Axes, Paths, Payload, Picture, Points
from engine.protocol.recipe.probes.rows import Denoised, Reconstructed, Samples
from engine.scene import Scene


def _plane(scene: Scene, layers: list[Payload]) -> Picture:
    x, y = scene.plane.titles
    bounds = extent(to_numpy(scene.plane.project(scene.run.x[:1000])), 0.15)
    return Picture(step=scene.run.step, layers=tuple(layers), axes=Axes(x=x, y=y, range=bounds))


def _is_image(scene: Scene) -> bool:
    return len(scene.run.data.shape) == 3


class DenoisedProbe(Probe[Denoised]):
    """Test examples with always the same noise direction, scaled by the present σ."""

    def __init__(self, declared: Denoised, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        self._x = scene.run.test[: declared.count if _is_image(scene) else 100]
        self._noise = torch.randn(self._x.shape, generator=self.rng, device=self._x.device)

    def measure(self) -> Iterator[Reading]:
        """One picture: clean, noisy, denoised and the predicted noise."""
        run, sigma = self.scene.run, self.scene.run.sigma
        noisy = self._x + sigma * self._noise
        clean = run.shown.denoise(noisy, sigma)
        if not _is_image(self.scene):
            ways = np.stack([to_numpy(self.scene.plane.project(t)) for t in (noisy, clean)])
            layers: list[Payload] = [
                Points(name="data", xy=to_numpy(self.scene.plane.project(run.x[:1000]))),
                Paths(name="denoising", role="learned", xy=ways, arrows=True),
                Points(name="noisy", role="noise", xy=ways[0], ring=True),
                Points(name="denoised", role="learned", xy=ways[1]),
            ]
            yield Reading(_plane(self.scene, layers))
            return
        rows = [
            ("clean x", self._x, 0.0, 1.0), ("noisy x + ε", noisy, 0.0, 1.0), ("DAE(x + ε)", clean, 0.0, 1.0),
            ("predicted ε", noisy - clean, -3 * sigma or -1.0, 3 * sigma or 1.0),
        ]  # fmt: skip
        yield Reading(gallery(self.scene, rows))


class ReconstructedProbe(Probe[Reconstructed]):
    """Test examples and g(μ(x))."""

    def measure(self) -> Iterator[Reading]:
        """One picture."""
        run = self.scene.run
        x = run.test[: self.declared.count if _is_image(self.scene) else 200]
        back = run.shown.decode(run.shown.encode(x))
        if _is_image(self.scene):
            yield Reading(gallery(self.scene, [("test x", x, 0.0, 1.0), ("g(μ(x))", back, 0.0, 1.0)]))
            return
        ends = np.stack([to_numpy(self.scene.plane.project(t)) for t in (x, back)])
        layers: list[Payload] = [
            Points(name="test x", xy=ends[0]),
            Paths(name="error", role="noise", xy=ends),
            Points(name="g(μ(x))", role="learned", xy=ends[1]),
        ]
        yield Reading(_plane(self.scene, layers))


class SamplesProbe(Probe[Samples]):
    """g(h) for the same h of the prior at every step; the supervised generator's h are those that are known."""

    def measure(self) -> Iterator[Reading]:
        """One picture."""
        run = self.scene.run
        count = self.declared.count if _is_image(self.scene) else 300
        x = run.shown.decode(self._codes(count))
        if _is_image(self.scene):
            columns = int(np.ceil(np.sqrt(2 * count)))
            rows = [("", x[i : i + columns], 0.0, 1.0) for i in range(0, count - columns + 1, columns)]
            yield Reading(gallery(self.scene, rows))
            return
        layers: list[Payload] = [
            Points(name="data", xy=to_numpy(self.scene.plane.project(run.x[:1000]))),
            Points(name="samples", role="learned", xy=to_numpy(self.scene.plane.project(x))),
        ]
        yield Reading(_plane(self.scene, layers))

    def _codes(self, count: int) -> Tensor:
        self.rng.manual_seed(self.rng.initial_seed())
        return self.scene.run.shown.prior(count, self.rng)
