# SPDX-License-Identifier: MIT
"""The torch half of the film and of the gathering."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.attractors import NONE
from engine.probes.probe import Probe, Reading, gallery, to_pixels
from engine.protocol.payloads import NO_EXAMPLE, Images, Picture
from engine.protocol.recipe.probes.film import Film, Gathering
from engine.scene import Scene


class FilmProbe(Probe[Film]):
    """The newest point's x after 0, 1, 2, … updates."""

    every_s = 0.1

    def version(self) -> Any:
        """Only the points move it."""
        return self.scene.swarm.version

    def measure(self) -> Iterator[Reading]:
        """One picture, or none while the stage is empty."""
        film, run = self.scene.swarm.film, self.scene.run
        if not film:
            return
        chosen = np.unique(np.linspace(0, len(film) - 1, self.declared.frames).round().astype(int))
        states = torch.stack([film[i][1] for i in chosen])  # (n, M)
        distance, nearest = torch.cdist(states, run.x).min(1)
        rows = [to_pixels(x, run.data.shape, run.data.low, run.data.high) for x in (states, run.x[nearest])]
        names = [example_name(self.scene, int(row)) for row in nearest]
        grid = Images(
            name="film", role="learned", pixels=np.stack(rows), rows=("x", "nearest xᵢ"),
            columns=tuple(str(film[i][0]) for i in chosen),
            captions=("",) * len(chosen) + tuple(f"{d:.2f}" for d in distance.tolist()),
            examples=(NO_EXAMPLE,) * len(chosen) + tuple(nearest.tolist()),
            tooltip=tuple(f"x after {film[i][0]} updates" for i in chosen)
            + tuple(f"{name}, at distance {d:.3g}" for name, d in zip(names, distance.tolist(), strict=True)),
        )  # fmt: skip
        yield Reading(Picture(step=run.step, layers=(grid,), note=self._story(names)))

    def _story(self, names: list[str]) -> str:
        """Where it came from, what it was nearest to, and where it is."""
        origin = int(self.scene.swarm.origin[-1])
        closest = f"closest at the start: {names[0]}, now: {names[-1]}"
        return closest if origin == NONE else f"made from {example_name(self.scene, origin)} · {closest}"


class GatheringProbe(Probe[Gathering]):
    """The newest points, in the order in which they came."""

    every_s = 0.1

    def version(self) -> Any:
        """Only the points move it."""
        return self.scene.swarm.version

    def measure(self) -> Iterator[Reading]:
        """One picture, or none while the stage is empty. Of a last row that is not full the rest is black."""
        x, data = self.scene.swarm.x[-self.declared.count :], self.scene.run.data
        if not len(x):
            return
        columns = math.ceil(math.sqrt(2 * len(x)))
        rows = math.ceil(len(x) / columns)
        padding = x.new_full((rows * columns - len(x), x.shape[1]), data.low)
        grid: list[tuple[str, Tensor, float, float]] = [
            ("", row, data.low, data.high) for row in torch.split(torch.cat([x, padding]), columns)
        ]
        yield Reading(gallery(self.scene, grid))


def example_name(scene: Scene, row: int) -> str:
    """What a training example is called: its class where it has one, and its number."""
    labels = scene.run.data.train_labels
    if labels is None or not scene.classes:
        return f"x{row + 1}"
    return f"{scene.classes[int(labels[row])]} · x{row + 1}"
