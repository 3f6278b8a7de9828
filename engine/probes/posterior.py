# SPDX-License-Identifier: MIT
"""The torch half of the true posterior beside Q, and of the gap between log P(x) and the bound."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
import torch
from msgspec.structs import replace
from torch import Tensor

from engine.closed_form import gaussian_log_density
from engine.probes.bound import MOST_GRID, bound_of, expected_bound, log_density, log_density_sampled
from engine.probes.probe import Probe, Reading, lattice, to_numpy, to_pixels
from engine.probes.still import Still
from engine.protocol.payloads import Axes, Field, Images, Paths, Payload, Picture
from engine.protocol.recipe.probes.posterior import Posterior
from engine.scene import Scene

Bounds = tuple[float, float, float, float]

REACH = 4.0  #: standard deviations of the prior in which the posterior is looked for
LOOK = 64  #: places along each axis of the first look
FALL = 8.0  #: nats below its top down to which the posterior is framed
RINGS = (1.0, 2.0)  #: standard deviations
SAMPLES = 4096  #: of the importance estimate where there is no quadrature
HALVES = 8  #: how often the frame may be halved


class PosteriorProbe(Probe[Posterior]):
    """The picked example, else a test example. The frame has few sizes and places: it rests while the codes move a little."""

    def __init__(self, declared: Posterior, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        run = scene.run
        self._test = run.test[declared.test % len(run.test)][None]  # (1, M)
        self._x = self._test  #: of the present measurement
        self._still = Still(run)
        self._sigma_eps = 0.0
        self._answered: Any = None  #: by the last whole picture

    def version(self) -> Any:
        """The picked example counts too."""
        return self.scene.subject

    def asked(self) -> Any:
        return self.scene.asked

    def measure(self) -> Iterator[Reading]:
        """A coarse picture after a change by hand, then the whole one with the gap; the curves show the test example's."""
        step, asked = self.scene.run.step, self.asked()
        example = self.scene.picked()
        self._x = self._test if example is None else example[None]
        network = self._still.take()
        sigma_eps = self._sigma_eps = bound_of(self.scene.run).sigma_eps
        mu, log_var = network.posterior(self._x)
        bound = yield from expected_bound(self._still, sigma_eps, self._x, mu, log_var)
        if network.latent > MOST_GRID:
            self.rng.manual_seed(self.rng.initial_seed())
            sampled, _ = yield from log_density_sampled(self._still, sigma_eps, self._x, SAMPLES, self.rng)
            picture = self._picture(step, [], "log P(x) − ELBO, by sampling", f"{float(sampled) - bound:.2f} nats")
            note = "a posterior is drawn for one or two hidden dimensions"
            yield Reading(replace(picture, note=note), {"gap": float(sampled) - bound} if example is None else {})
            return
        seen = yield from self._first_look(mu, log_var)
        frame = self._frame(seen, mu, log_var)
        if asked != self._answered:
            layers = yield from self._layers(frame, self.declared.grid // 4, mu, log_var)
            yield Reading(self._picture(step, layers, "log P(x) − ELBO", "…", frame))
        for reading in self._whole(step, frame, bound, mu, log_var):
            yield reading
            if self.asked() != asked:  # better a coarse picture of now than a fine one of then
                return
        self._answered = asked

    def _whole(self, step: int, frame: Bounds, bound: float, mu: Tensor, log_var: Tensor) -> Iterator[Reading]:
        """The fine picture, with the gap."""
        layers = yield from self._layers(frame, self.declared.grid, mu, log_var)
        log_p = yield from log_density(self._still, self._sigma_eps, self._x, bound)
        if log_p is None:
            yield Reading(self._picture(step, layers, "the decoder is too steep for a quadrature", "", frame))
            return
        gap = float(log_p) - bound
        picture = self._picture(step, layers, "log P(x) − ELBO", f"{gap:.3f} nats", frame)
        yield Reading(picture, {"gap": gap, "log_p": float(log_p), "elbo": bound} if self._x is self._test else {})

    def _log_joint(self, h: Tensor) -> Generator[Reading, None, Tensor]:
        """log P(x|h) P(h) for codes h (k, M_hidd), (k,)."""
        found = []
        for part in torch.split(h, self._still.at_once):
            likelihood = gaussian_log_density(self._x, self._still.network.decode(part), self._sigma_eps)
            found.append(likelihood + gaussian_log_density(part, torch.zeros_like(part), 1.0))
            yield Reading()
        return torch.cat(found)

    def _first_look(self, mu: Tensor, log_var: Tensor) -> Generator[Reading, None, Tensor]:
        """Codes (k, M_hidd) at which the posterior is not negligible: on a grid over the prior, and on one around Q."""
        size = mu.shape[1]
        grid = torch.tensor(lattice((-1, 1, -1, 1), LOOK)[0], device=mu.device)  # (LOOK², 2)
        grid = grid if size == 2 else torch.linspace(-1, 1, LOOK**2, device=mu.device)[:, None]
        h = torch.cat([REACH * grid, mu + REACH * (log_var / 2).exp() * grid])
        logits = yield from self._log_joint(h)
        return h[logits > logits.max() - FALL]

    def _frame(self, seen: Tensor, mu: Tensor, log_var: Tensor) -> Bounds:
        """The range of the picture: a square whose size and center are rounded, around what was seen and around Q."""
        spread = (1.5 * max(RINGS)) * (log_var / 2).exp()
        around = to_numpy(torch.cat([seen, mu - spread, mu + spread]).clamp(-REACH, REACH))
        low, high = around.min(0), around.max(0)
        middle, half = (low + high) / 2, REACH
        for smaller in (REACH / 2**k for k in range(1, HALVES)):
            center = np.round(middle * 4 / smaller) * smaller / 4
            if (np.abs(middle - center) + (high - low) / 2 > smaller).any():
                break
            half = smaller
        center = np.round(middle * 4 / half) * half / 4 if half < REACH else np.zeros_like(middle)
        x, y = (float(c) for c in (center if len(center) == 2 else (*center, 0.0)))
        return x - half, x + half, y - half, y + half

    def _layers(self, frame: Bounds, grid: int, mu: Tensor, log_var: Tensor) -> Generator[Reading, None, list[Payload]]:
        if mu.shape[1] == 1:
            return (yield from self._profiles(frame, 8 * grid, mu, log_var))
        places, shape = lattice(frame, grid)
        logits = yield from self._log_joint(torch.tensor(places, device=mu.device))
        density = to_numpy(torch.softmax(logits.double(), 0)).reshape(shape)
        top = float(density.max())
        field = Field(
            name="P(h|x)", role="exact", values=density / top, range=frame, low=0.0, high=1.0,
            contours=tuple(level / top for level in levels(density)),
        )  # fmt: skip
        rings = np.stack([to_numpy(mu) + k * to_numpy((log_var / 2).exp()) * _circle() for k in RINGS], axis=1)
        prior = np.stack([k * _circle() for k in (1, 2, 3)], axis=1)
        return [
            Paths(name="prior", role="prior", xy=prior, closed=True, dashed=True),
            field,
            Paths(name="Q(h|x)", role="learned", xy=rings, closed=True, texts=("1σ", "2σ")),
        ]

    def _profiles(self, frame: Bounds, count: int, mu: Tensor, log_var: Tensor) -> Generator[Reading, None, list[Payload]]:
        """One hidden dimension: the densities over h, which both begin and end at about 0."""
        h = torch.linspace(frame[0], frame[1], count, device=mu.device)[:, None]
        logits = yield from self._log_joint(h)
        true = torch.softmax(logits.double(), 0) / float(h[1] - h[0])
        guess, prior = (
            gaussian_log_density(h, mean, std).exp() for mean, std in ((mu, (log_var / 2).exp()[0]), (torch.zeros_like(h), 1.0))
        )
        curves = {"prior": ("prior", prior), "P(h|x)": ("exact", true), "Q(h|x)": ("learned", guess)}
        return [
            Paths(name=name, role=role, xy=to_numpy(torch.stack([h[:, 0], y.float()], dim=1))[:, None], closed=True)  # type: ignore[arg-type]
            for name, (role, y) in curves.items()
        ]

    def _picture(self, step: int, layers: list[Payload], note: str, figure: str, frame: Bounds | None = None) -> Picture:
        flat = self.scene.run.shown.latent == 1
        if flat and frame is not None:
            top = max(float(layer.xy[..., 1].max()) for layer in layers if isinstance(layer, Paths))
            frame = (frame[0], frame[1], -0.04 * top, 1.08 * top)
        shape = self.scene.run.data.shape
        shown: list[Payload] = list(layers)
        if len(shape) == 3:
            shown.append(Images(name="x", pixels=to_pixels(self._x, shape)[None], captions=("x",)))
        axes = Axes(x="h₁", y="density" if flat else "h₂", range=frame, equal=not flat, note=note, figure=figure)
        return Picture(step=step, layers=tuple(shown), axes=axes)


def levels(density: np.ndarray) -> tuple[float, ...]:
    """The densities whose contours hold as much as a plane Gaussian's ellipses of one and two σ: 39 % and 86 % of the mass."""
    falling = np.sort(density.ravel())[::-1]
    mass = np.cumsum(falling) / falling.sum()
    return tuple(float(falling[np.searchsorted(mass, 1 - math.exp(-(k**2) / 2))]) for k in RINGS)


def _circle() -> np.ndarray:
    turn = np.linspace(0, 2 * math.pi, 121, dtype=np.float32)[:-1]
    return np.stack([np.cos(turn), np.sin(turn)], axis=1)  # (120, 2)
