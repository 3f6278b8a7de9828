# SPDX-License-Identifier: MIT
"""The torch half of the latent cloud."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.probes.probe import Probe, Reading, class_labels, to_numpy, to_pixels
from engine.probes.turning import Turning
from engine.protocol.payloads import Axes, Images, Paths, Payload, Picture, Points
from engine.protocol.recipe.probes.latent import Latent
from engine.scene import Scene


class LatentProbe(Probe[Latent]):
    """Codes μ(x) of training examples in the plane of their largest variance, aligned to the last picture."""

    def __init__(self, declared: Latent, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        count = min(declared.points, len(scene.run.x))
        self._x = scene.run.x[:count]
        self._labels = class_labels(scene.run.data.train_labels, count)
        self._turning = Turning()

    def measure(self) -> Iterator[Reading]:
        """One picture."""
        run = self.scene.run
        posterior = "posterior" in run.network.declared.can
        mu, log_var = run.shown.posterior(self._x) if posterior else (run.shown.encode(self._x), None)
        mean, axes, titles = self._frame(mu)
        places = (mu - mean) @ axes.T  # (n, 2)
        sigma = None
        if self.declared.ellipses and log_var is not None:
            # The ellipse's extent along the two axes of the picture; exact where these are the code's own.
            sigma = to_numpy((log_var.exp() @ axes.T.square()).sqrt())
        cloud = Points(name="codes", xy=to_numpy(places), label=self._labels, sigma=sigma, classes=self.scene.classes)
        layers: list[Payload] = [*_prior(mean, axes), cloud, *self._picked(mean, axes)]
        yield Reading(Picture(step=run.step, layers=tuple(layers), axes=Axes(x=titles[0], y=titles[1], range=_range())))

    def _frame(self, mu: Tensor) -> tuple[Tensor, Tensor, tuple[str, str]]:
        """Origin and axes of the picture: the code's own for M_hidd ≤ 2, else principal axes turned to the last ones."""
        size = mu.shape[1]
        if size <= 2:
            axes = torch.zeros(2, size, device=mu.device)
            axes[:size, :size] = torch.eye(size)
            return torch.zeros(size, device=mu.device), axes, ("h₁", "h₂" if size == 2 else "")
        _, axes, shares = self._turning.axes(mu)
        # The prior's center stays at the origin, so that its circle means what it says.
        titles = (f"first principal axis of h · {100 * shares[0]:.0f} %", f"second · {100 * shares[1]:.0f} %")
        return torch.zeros(size, device=mu.device), axes, titles

    def _picked(self, mean: Tensor, axes: Tensor) -> list[Payload]:
        """The decoded image of the place under the cursor."""
        pick = self.scene.picks.get("latent")
        run = self.scene.run
        if pick is None or "decode" not in run.network.declared.can:
            return []
        h = mean + torch.tensor([pick], dtype=torch.float32, device=run.device) @ axes
        ring = Points(name="picked", role="learned", xy=np.array([pick], np.float32), ring=True, size_px=16.0)
        if len(run.data.shape) != 3:
            return [ring]
        image = to_pixels(run.shown.decode(h), run.data.shape)
        return [ring, Images(name="decoded", role="learned", pixels=image[None], captions=("g(h)",))]

    def version(self) -> Any:
        """Weights, settings, and the cursor (which counts as a setting)."""
        return self.scene.weights


def _prior(mean: Tensor, axes: Tensor) -> list[Payload]:
    """The prior's circles of one, two and three standard deviations; a projection of N(0, I) is N(0, I)."""
    turn = np.linspace(0, 2 * math.pi, 181, dtype=np.float32)
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)  # (181, 2)
    return [Paths(name="prior", role="prior", xy=np.stack([k * circle for k in (1, 2, 3)], axis=1), closed=True, dashed=True)]


def _range() -> tuple[float, float, float, float]:
    return -3.6, 3.6, -3.6, 3.6
