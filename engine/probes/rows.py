# SPDX-License-Identifier: MIT
"""The torch half of the rows: denoised, reconstructed, samples. Images as galleries, points as clouds in the plane."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.plane import extent
from engine.probes.probe import Probe, Reading, gallery, picked, to_numpy
from engine.protocol.payloads import Axes, Paths, Payload, Picture, Points
from engine.protocol.recipe.probes.rows import Denoised, Reconstructed, Samples
from engine.scene import Scene


def _plane(scene: Scene, layers: list[Payload]) -> Picture:
    """Layers on the plane of the data; the picked example over them, where it is not there already."""
    number, example = scene.hand.example, scene.picked()
    clouds = [layer for layer in layers if isinstance(layer, Points)]
    there = any(cloud.first is not None and 0 <= (number or 0) - cloud.first < len(cloud.xy) for cloud in clouds)
    if number is not None and example is not None and not there:
        layers = [*layers, picked(number, to_numpy(scene.plane.project(example[None])))]
    x, y = scene.plane.titles
    bounds = extent(to_numpy(scene.plane.project(scene.run.x[:1000])), 0.15)
    return Picture(step=scene.run.step, layers=tuple(layers), axes=Axes(x=x, y=y, range=bounds))


def _is_image(scene: Scene) -> bool:
    return len(scene.run.data.shape) == 3


def _examples(scene: Scene, count: int) -> tuple[tuple[int, ...], Tensor]:
    """The first test examples, their numbers and x (n, M); of images the picked one in place of the first, where it is another.

    On a plane there is room for one more: see `_plane`.
    """
    run, number, x = scene.run, scene.hand.example, scene.picked()
    shown, tests = [scene.test(row) for row in range(min(count, len(run.test)))], run.test[:count]
    if number is None or x is None or number in shown or not _is_image(scene):
        return tuple(shown), tests
    return (number, *shown[1:]), torch.cat([x[None], tests[1:]])


def _name(scene: Scene, numbers: tuple[int, ...]) -> str:
    """What a row of examples is called."""
    return "test x" if min(numbers) >= scene.test(0) else "x"


class DenoisedProbe(Probe[Denoised]):
    """Test examples with always the same noise direction, scaled by the present σ."""

    def __init__(self, declared: Denoised, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        test = scene.run.test[: declared.count if _is_image(scene) else 100]
        self._noise = torch.randn(test.shape, generator=self.rng, device=test.device)

    def version(self) -> Any:
        """The picked example counts too."""
        return self.scene.subject

    def asked(self) -> Any:
        return self.scene.asked

    def measure(self) -> Iterator[Reading]:
        """One picture: clean, noisy, denoised and the predicted noise."""
        run, sigma = self.scene.run, self.scene.run.sigma
        examples, x = _examples(self.scene, len(self._noise))
        noisy = x + sigma * self._noise
        clean = run.shown.denoise(noisy, sigma)
        if not _is_image(self.scene):
            ways = np.stack([to_numpy(self.scene.plane.project(t)) for t in (noisy, clean)])
            layers: list[Payload] = [
                Points(name="data", xy=to_numpy(self.scene.plane.project(run.x[:1000])), first=0),
                Paths(name="denoising", role="learned", xy=ways, arrows=True),
                Points(name="noisy", role="noise", xy=ways[0], ring=True),
                Points(name="denoised", role="learned", xy=ways[1]),
            ]
            yield Reading(_plane(self.scene, layers))
            return
        rows = [
            ("clean x", x, 0.0, 1.0), ("noisy x + ε", noisy, 0.0, 1.0), ("DAE(x + ε)", clean, 0.0, 1.0),
            ("predicted ε", noisy - clean, -3 * sigma or -1.0, 3 * sigma or 1.0),
        ]  # fmt: skip
        yield Reading(gallery(self.scene, rows, examples=examples))


class ReconstructedProbe(Probe[Reconstructed]):
    """Test examples and g(μ(x)); the picked example among them."""

    def version(self) -> Any:
        """The picked example counts too."""
        return self.scene.subject

    def asked(self) -> Any:
        return self.scene.asked

    def measure(self) -> Iterator[Reading]:
        """One picture."""
        run = self.scene.run
        examples, x = _examples(self.scene, self.declared.count if _is_image(self.scene) else 200)
        back = run.shown.decode(run.shown.encode(x))
        if _is_image(self.scene):
            rows = [(_name(self.scene, examples), x, 0.0, 1.0), ("g(μ(x))", back, 0.0, 1.0)]
            yield Reading(gallery(self.scene, rows, examples=examples))
            return
        ends = np.stack([to_numpy(self.scene.plane.project(t)) for t in (x, back)])
        layers: list[Payload] = [
            Points(name="test x", xy=ends[0], first=self.scene.test(0)),
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
            Points(name="data", xy=to_numpy(self.scene.plane.project(run.x[:1000])), first=0),
            Points(name="samples", role="learned", xy=to_numpy(self.scene.plane.project(x))),
        ]
        yield Reading(_plane(self.scene, layers))

    def _codes(self, count: int) -> Tensor:
        self.rng.manual_seed(self.rng.initial_seed())
        return self.scene.run.shown.prior(count, self.rng)
