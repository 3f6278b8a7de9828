# SPDX-License-Identifier: MIT
"""The torch half of the two estimators: through h_s (reparameterization), and by the score of Q (REINFORCE)."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from engine.probes.bound import bound_of
from engine.probes.probe import Probe, Reading, subscript
from engine.probes.still import Still
from engine.protocol.payloads import Axes, Picture, Series
from engine.protocol.recipe.probes.estimators import Estimators
from engine.scene import Scene

EXAMPLES = 32  #: of the minibatch
FIRST = 256  #: draws before the first picture; then at every doubling
GROUP = 8  #: draws whose mean is one entry of the histogram: single draws by the score heap up at 0, whatever their width
BINS = 41
WIDTH = 3.0  #: standard deviations of the wider estimator that the histogram spans on each side


class Moments:
    """Means and variances of draws that come in parts, for each coordinate."""

    def __init__(self, coordinates: int, device: torch.device) -> None:
        self.count = 0
        self._sum = torch.zeros(coordinates, dtype=torch.float64, device=device)
        self._squares = self._sum.clone()

    def add(self, draws: Tensor) -> None:
        """Take draws (K, coordinates) float64 in."""
        self.count += len(draws)
        self._sum = self._sum + draws.sum(0)
        self._squares = self._squares + draws.square().sum(0)

    @property
    def mean(self) -> Tensor:
        """(coordinates,)."""
        return self._sum / self.count

    @property
    def variance(self) -> Tensor:
        """Unbiased, (coordinates,)."""
        return (self._squares - self.count * self.mean.square()) / (self.count - 1)


class EstimatorsProbe(Probe[Estimators]):
    """The first training examples, always with the same draws, so that pictures differ by the weights alone."""

    def __init__(self, declared: Estimators, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        self._x = scene.run.x[:EXAMPLES]
        self._still = Still(scene.run)
        self._at_once = max(1, self._still.at_once // (3 * len(self._x)))  # a gradient is three times the work
        self._sigma_eps = 0.0

    def measure(self) -> Iterator[Reading]:
        """Pictures at 256, 512, … draws."""
        run, declared = self.scene.run, self.declared
        step, coordinates = run.step, 2 * len(self._x) * run.network.latent
        coordinate = declared.coordinate % coordinates
        self.begin()
        through, score = Moments(coordinates, run.device), Moments(coordinates, run.device)
        shown: list[tuple[Tensor, Tensor]] = []
        due = min(FIRST, declared.draws)
        while through.count < declared.draws:
            draws = self.draw(min(self._at_once, declared.draws - through.count))
            through.add(draws[0])
            score.add(draws[1])
            shown.append((draws[0][:, coordinate], draws[1][:, coordinate]))
            if through.count < due:
                yield Reading()
                continue
            due = min(2 * due, declared.draws)
            ratio = float((score.variance / through.variance).median())
            samples = [_grouped(torch.cat(parts)) for parts in zip(*shown, strict=True)]
            yield Reading(self._picture(step, samples, ratio, through.count, coordinate), {"variance_ratio": ratio})

    def begin(self) -> None:
        """Take the present weights, and begin the draws anew."""
        self._still.take()
        self._sigma_eps = bound_of(self.scene.run).sigma_eps
        self.rng.manual_seed(self.rng.initial_seed())

    def draw(self, count: int) -> tuple[Tensor, Tensor]:
        """`count` draws of both estimators of ∇ E_Q[reconstruction] by (μ, ln Σ) of each example, (count, n·2·M_hidd) float64.

        Through h_s: (∇_h r, ½ √Σ ε_s ∇_h r) (Kingma & Welling 2014); by the score: r ∇ ln Q(h_s) (Williams 1992), with
        r = ‖x − g(h_s)‖²/(2σ_ε²) + (M/2) ln 2πσ_ε², as the objective has it.
        """
        network, sigma_eps = self._still.network, self._sigma_eps
        with torch.inference_mode(False), torch.enable_grad():
            mu, log_var = (tensor.detach() for tensor in network.posterior(self._x))  # (n, M_hidd)
            std = (log_var / 2).exp()
            eps_s = torch.randn(count, *mu.shape, generator=self.rng, device=mu.device)
            h_s = (mu + std * eps_s).requires_grad_()  # (count, n, M_hidd)
            x_hat = network.decode(h_s.flatten(0, 1)).reshape(count, *self._x.shape)
            squares = (self._x - x_hat).square().sum(2) / (2 * sigma_eps**2)  # (count, n)
            (by_h,) = torch.autograd.grad(squares.sum(), h_s)
        cost = squares.detach() + self._x.shape[1] * (math.log(sigma_eps) + 0.5 * math.log(2 * math.pi))
        through = torch.cat([by_h, by_h * std * eps_s / 2], dim=2)
        score = torch.cat([eps_s / std, (eps_s.square() - 1) / 2], dim=2) * cost[:, :, None]
        return through.flatten(1).double(), score.flatten(1).double()

    def _picture(self, step: int, samples: list[np.ndarray], ratio: float, draws: int, coordinate: int) -> Picture:
        through, score = samples
        middle, spread = float(through.mean()), float(score.std()) or 1.0
        edges = middle + np.linspace(-WIDTH * spread, WIDTH * spread, BINS + 1)
        centers = (edges[:-1] + edges[1:]) / 2
        heights = [np.histogram(values, edges)[0] for values in (score, through)]
        wide, narrow = (height / max(1, height.max()) for height in heights)
        layers = (
            Series(name="score", role="noise", x=centers, y=wide, label="by the score of Q", plain=True),
            Series(name="through hₛ", role="learned", x=centers, y=narrow, label="through hₛ", plain=True),
        )
        note = f"times the variance by the score; median of {2 * self._x.shape[0] * self.scene.run.network.latent} gradients"
        heading = f"means of {GROUP} draws, each to its peak"
        axes = Axes(x=self._name(coordinate), y=heading, equal=False, note=note, figure=f"{ratio:,.0f}")
        return Picture(step=step, layers=layers, axes=axes, note=f"{draws:,} draws · {ratio:,.0f} times the variance")

    def _name(self, coordinate: int) -> str:
        latent = self.scene.run.network.latent
        example, place = divmod(coordinate, 2 * latent)
        symbol = "μ" if place < latent else "ln Σ"
        return f"gradient by {symbol}{subscript(place % latent + 1)} of example {example + 1}"


def _grouped(draws: Tensor) -> np.ndarray:
    """Means of GROUP draws each, from draws (K,)."""
    whole = draws[: len(draws) // GROUP * GROUP]
    means: np.ndarray = whole.reshape(-1, GROUP).mean(1).cpu().numpy()
    return means
