# SPDX-License-Identifier: MIT
"""The torch half of the feature maps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from engine.probes.probe import Probe, Reading, to_pixels
from engine.protocol.payloads import Images, Picture
from engine.protocol.recipe.probes.feature_maps import FeatureMaps
from engine.scene import Scene


class FeatureMapsProbe(Probe[FeatureMaps]):
    """Maps of all sizes, drawn in that of the data: each pixel of a smaller map becomes a square."""

    def __init__(self, declared: FeatureMaps, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        self._noise = torch.randn(1, scene.run.network.size, generator=self.rng, device=scene.run.device)

    def version(self) -> Any:
        """The drawing and the picked example count too."""
        return self.scene.weights

    def asked(self) -> Any:
        return self.scene.settings

    def measure(self) -> Iterator[Reading]:
        """One picture."""
        run = self.scene.run
        given = self.scene.sketch if self.scene.sketch is not None else self.scene.picked()
        x = run.test[self.declared.test % len(run.test)] if given is None else given
        entered = x[None] + (run.sigma * self._noise if "denoise" in run.network.declared.can else 0.0)
        layers = run.shown.maps(entered, run.sigma)[:-1]  # the last is what leaves, an image
        count = min(self.declared.channels, *(maps.shape[1] for maps in layers))
        pixels = np.stack([self._pixels(maps[:, :count]) for maps in layers])
        names = tuple(f"{maps.shape[1]} × {maps.shape[2]}×{maps.shape[3]}" for maps in layers)
        yield Reading(Picture(step=run.step, layers=(Images(name="maps", pixels=pixels, rows=names),)))

    def _pixels(self, maps: Tensor) -> np.ndarray:
        """Channels (1, c, h, w) as images (c, height, width), each from its own lowest to its own highest value."""
        _, height, width = self.scene.run.data.shape
        grown = interpolate(maps, size=(height, width))[0].flatten(1)  # (c, height·width)
        low, high = grown.amin(1, keepdim=True), grown.amax(1, keepdim=True)
        return to_pixels((grown - low) / (high - low).clamp(min=1e-9), (1, height, width))
