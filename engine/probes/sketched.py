# SPDX-License-Identifier: MIT
"""The torch half of the user's drawing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.probes.probe import Probe, Reading, to_pixels
from engine.protocol.payloads import Images, Picture
from engine.protocol.recipe.probes.sketched import Sketched
from engine.scene import Scene


class SketchedProbe(Probe[Sketched]):
    """One row: the drawing, and the answers, always with the same noise."""

    def __init__(self, declared: Sketched, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        self._noise = torch.randn(1, scene.run.network.size, generator=self.rng, device=scene.run.device)

    def version(self) -> Any:
        """The drawing counts too."""
        return self.scene.weights

    def asked(self) -> Any:
        return self.scene.settings

    def measure(self) -> Iterator[Reading]:
        """One picture."""
        run = self.scene.run
        network, can = run.shown, run.network.declared.can
        drawn = self.scene.sketch
        x = (run.test[0] if drawn is None else drawn)[None]  # (1, M)
        row: dict[str, Tensor] = {"test x" if drawn is None else "drawing": x}
        if {"encode", "decode"} <= can:
            row["g(μ(x))" if "posterior" in can else "g(f(x))"] = network.decode(network.encode(x))
        if "denoise" in can:
            noisy = x + run.sigma * self._noise
            row |= {"+ noise": noisy, "denoised": network.denoise(noisy, run.sigma)}
        low, high = run.data.low, run.data.high
        pixels = np.concatenate([to_pixels(image, run.data.shape, low, high) for image in row.values()])[None]
        yield Reading(Picture(step=run.step, layers=(Images(name="drawing", pixels=pixels, columns=tuple(row)),)))
