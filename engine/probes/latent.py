# SPDX-License-Identifier: MIT
"""The torch half of the latent cloud."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.closed_form import gaussian_log_density
from engine.probes.codes import codes
from engine.probes.probe import Probe, Reading, class_labels, picked, to_numpy, to_pixels
from engine.probes.turning import Turning
from engine.protocol.payloads import Axes, Images, Paths, Payload, Picture, Points
from engine.protocol.recipe.parameter import Role
from engine.protocol.recipe.probes.latent import Latent
from engine.scene import Scene

REACH = 3.6  #: standard deviations of the prior that the picture shows; doubled until nearly all codes are in it
INSIDE = 0.98  #: of the codes
STRIP = (-0.16, -0.03)  #: heights of the codes of one hidden dimension, below the densities
LINE = 241  #: places at which the densities over one hidden dimension are computed


@dataclass(frozen=True)
class Cloud:
    """The codes of one moment and what stands around them, without what the hand asks for."""

    step: int
    layers: tuple[Payload, ...]
    shown: Axes
    axes: Tensor  # (2, M_hidd) of the picture
    height: float = 0.0  #: at which a code of one dimension stands


class LatentProbe(Probe[Latent]):
    """Codes μ(x) of training examples in the plane of their largest variance, aligned to the last picture."""

    def __init__(self, declared: Latent, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        run = scene.run
        self._x = run.x[: declared.points]
        self._labels = class_labels(run.data.train_labels, len(self._x))
        self._turning = Turning()
        low, high = STRIP
        self._answered: int | None = None  #: the settings of the last picture
        self._cloud: tuple[Any, Cloud] | None = None  #: with what it depends on
        self._heights = low + (high - low) * torch.rand(len(self._x), 1, generator=self.rng, device=run.device)

    @property
    def urgent(self) -> bool:
        return self._answered != self.scene.settings

    def version(self) -> Any:
        """The cursor, the picked example and the drawing count too."""
        return *self.scene.coded, self.scene.settings

    def measure(self) -> Iterator[Reading]:
        """At once what the hand asks for, on the cloud as it was last seen; then the cloud as it is, where that has changed."""
        moved, now = self.urgent, self.scene.coded
        self._answered = self.scene.settings
        if moved and self._cloud is not None:
            yield Reading(self._picture(self._cloud[1]))
        if self._cloud is None or self._cloud[0] != now:
            mu, log_var = codes(self.scene, self._x)
            self._cloud = self.scene.coded, self._line(mu, log_var) if mu.shape[1] == 1 else self._plane(mu, log_var)
            yield Reading(self._picture(self._cloud[1]))

    def _picture(self, cloud: Cloud) -> Picture:
        """The cloud, and over it what the hand asks for."""
        asked = [*self._sketched(cloud), *self._picked(cloud), *self._decoded(cloud.axes)]
        return Picture(step=cloud.step, layers=(*cloud.layers, *asked), axes=cloud.shown)

    def _plane(self, mu: Tensor, log_var: Tensor | None) -> Cloud:
        axes, titles = self._axes(mu)  # (2, M_hidd)
        places = mu @ axes.T  # (n, 2)
        sigma = None
        if self.declared.ellipses and log_var is not None:
            # The ellipse's extent along the two axes of the picture; exact where these are the code's own.
            sigma = to_numpy((log_var.exp() @ axes.T.square()).sqrt())
        half, rings = reach(places), np.stack([k * _circle() for k in (1, 2, 3)], axis=1)
        layers: list[Payload] = [
            Paths(name="prior", role="prior", xy=rings, closed=True, dashed=True),
            Points(name="codes", xy=to_numpy(places), label=self._labels, first=0, sigma=sigma, classes=self.scene.classes),
        ]
        if self.declared.aggregate and log_var is not None:
            layers.append(_aggregate(places, log_var.exp() @ axes.T.square()))
        shown = Axes(x=titles[0], y=titles[1], range=(-half, half, -half, half))
        return Cloud(self.scene.run.step, tuple(layers), shown, axes)

    def _line(self, mu: Tensor, log_var: Tensor | None) -> Cloud:
        """One hidden dimension: codes on a line, above it the prior's density and that of all Q(h|x) together."""
        half = reach(mu)
        h = torch.linspace(-half, half, LINE, device=mu.device)[:, None]
        prior = gaussian_log_density(h, torch.zeros_like(h), 1.0).exp()  # (LINE,)
        densities: dict[str, tuple[Role, Tensor]] = {"prior": ("prior", prior)}
        if log_var is not None:
            each = gaussian_log_density(h[:, None], mu[None], (log_var / 2).exp()[:, 0])  # (LINE, n)
            densities["all Q(h|x)"] = ("learned", each.exp().mean(1))
        top = max(0.5, 1.1 * max(float(y.max()) for _, y in densities.values()))
        axes = torch.tensor([[1.0], [0.0]], device=mu.device)
        places = torch.cat([mu, self._heights * top], dim=1)
        layers: list[Payload] = [
            Paths(name=name, role=role, xy=to_numpy(torch.stack([h[:, 0], y], 1))[:, None], closed=True, dashed=name == "prior")
            for name, (role, y) in densities.items()
        ]
        layers.append(Points(name="codes", xy=to_numpy(places), label=self._labels, first=0, classes=self.scene.classes))
        shown = Axes(x="h", y="density", range=(-half, half, 1.2 * STRIP[0] * top, top), equal=False)
        return Cloud(self.scene.run.step, tuple(layers), shown, axes, sum(STRIP) / 2 * top)

    def _axes(self, mu: Tensor) -> tuple[Tensor, tuple[str, str]]:
        """The axes (2, M_hidd) of the picture: the code's own for M_hidd = 2, else principal axes turned to the last ones.

        The prior's center stays at the origin, so that its circle means what it says: a projection of N(0, I) is N(0, I).
        """
        if mu.shape[1] == 2:
            return torch.eye(2, device=mu.device), ("h₁", "h₂")
        _, axes, shares = self._turning.axes(mu)
        return axes, (f"first principal axis of h · {100 * shares[0]:.0f} %", f"second · {100 * shares[1]:.0f} %")

    def _decoded(self, axes: Tensor) -> list[Payload]:
        """The decoded image of the place under the cursor: of its point in the plane where M_hidd > 2."""
        pick = self.scene.cursor("latent")
        run = self.scene.run
        if pick is None or "decode" not in run.network.declared.can or len(run.data.shape) != 3:
            return []
        h = torch.tensor([pick], dtype=torch.float32, device=run.device) @ axes
        image = to_pixels(run.shown.decode(h), run.data.shape, run.data.low, run.data.high)
        return [Images(name="decoded", role="learned", pixels=image[None], captions=("g(h)",), at=pick)]

    def _sketched(self, cloud: Cloud) -> list[Payload]:
        """Where the encoder puts the drawing of the sketch pad."""
        if self.scene.sketch is None:
            return []
        return [Points(name="your drawing", role="learned", xy=self._place(self.scene.sketch, cloud), ring=True, size_px=14.0)]

    def _picked(self, cloud: Cloud) -> list[Payload]:
        """Where the encoder puts the picked example, where it is not one of the cloud: a test example."""
        number, x = self.scene.hand.example, self.scene.picked()
        if number is None or x is None or number < len(self._x):
            return []
        return [picked(number, self._place(x, cloud))]

    def _place(self, x: Tensor, cloud: Cloud) -> np.ndarray:
        """The place of one x (M,) in the picture, (1, 2)."""
        return to_numpy(self.scene.run.shown.encode(x[None]) @ cloud.axes.T) + np.array([[0.0, cloud.height]], np.float32)


def reach(places: Tensor) -> float:
    """How far the picture goes from the origin: REACH, doubled until nearly all places (n, k) are in it."""
    wanted = float(places.abs().amax(1).quantile(INSIDE))
    doublings = max(0, math.ceil(math.log2(max(wanted, REACH) / REACH)))
    return REACH * float(2**doublings)


def _aggregate(places: Tensor, variances: Tensor) -> Paths:
    """The ellipse of one standard deviation of all Q(h|x) together, whose means are `places` (n, 2)."""
    mean = places.mean(0)
    away = places - mean
    covariance = away.T @ away / len(places) + torch.diag(variances.mean(0))
    values, vectors = torch.linalg.eigh(covariance.double())
    ring = to_numpy(mean) + _circle() @ to_numpy(vectors * values.clamp(min=0).sqrt()).T
    return Paths(name="all Q(h|x)", role="learned", xy=ring[:, None].astype(np.float32), closed=True, texts=("1σ of all",))


def _circle() -> np.ndarray:
    turn = np.linspace(0, 2 * math.pi, 181, dtype=np.float32)[:-1]
    return np.stack([np.cos(turn), np.sin(turn)], axis=1)  # (180, 2)
