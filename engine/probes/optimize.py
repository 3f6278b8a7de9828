# SPDX-License-Identifier: MIT
"""The torch half of the search for μ and Σ of one x."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.optimizer import Adam, rate_at
from engine.probes.bound import bound_of, expected_bound, log_density
from engine.probes.probe import Probe, Reading
from engine.probes.still import Still
from engine.protocol.payloads import Axes, Payload, Picture, Series
from engine.protocol.recipe.probes.optimize import Optimize
from engine.scene import Scene

RATE = 0.05  #: of Adam, falling to 1 % of it
NOISES = 64  #: ε_s of one step
EVERY = 4  #: steps between two points of the curve


class OptimizeProbe(Probe[Optimize]):
    """The picked example, else a test example; always with the same noises."""

    def __init__(self, declared: Optimize, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        run = scene.run
        self._test = run.test[declared.test % len(run.test)][None]  # (1, M)
        self._x = self._test  #: of the present measurement
        self._still = Still(run)
        self._sigma_eps = 0.0

    def version(self) -> Any:
        """The picked example counts too."""
        return self.scene.subject

    def asked(self) -> Any:
        return self.scene.asked

    def measure(self) -> Iterator[Reading]:
        """One picture, at the end of the search; the curves show the test example's."""
        step, declared, example = self.scene.run.step, self.declared, self.scene.picked()
        self._x = self._test if example is None else example[None]
        network, self._sigma_eps = self._still.take(), bound_of(self.scene.run).sigma_eps
        self.rng.manual_seed(self.rng.initial_seed())
        with torch.inference_mode(False), torch.no_grad():
            guess = [tensor.clone() for tensor in network.posterior(self._x)]
            adam = Adam(guess)
        places, bounds = [0], [(yield from self._bound(guess))]
        for done in range(1, declared.steps + 1):
            self._improve(guess, adam, rate_at(done - 1, RATE, declared.steps))
            if done % EVERY == 0 or done == declared.steps:
                places.append(done)
                bounds.append((yield from self._bound(guess)))
            else:
                yield Reading()
        log_p = yield from log_density(self._still, self._sigma_eps, self._x, max(bounds))
        exact = None if log_p is None else float(log_p)
        figures = {"elbo_guess": bounds[0], "elbo_optimized": bounds[-1]} if example is None else {}
        yield Reading(self._picture(step, places, bounds, exact), figures)

    def _bound(self, guess: list[Tensor]) -> Generator[Reading, None, float]:
        """The ELBO with these μ and ln Σ, without the noise of samples."""
        return expected_bound(self._still, self._sigma_eps, self._x, guess[0], guess[1])

    def _improve(self, guess: list[Tensor], adam: Adam, rate: float) -> None:
        """One step of Adam up the ELBO, by the reparameterized gradient of NOISES samples."""
        noises = torch.randn(NOISES, guess[0].shape[1], generator=self.rng, device=self._x.device)
        with torch.inference_mode(False), torch.enable_grad():
            mu, log_var = (tensor.detach().requires_grad_() for tensor in guess)
            h = mu + (log_var / 2).exp() * noises.clone()
            squares = (self._x - self._still.network.decode(h)).square().sum(1).mean()
            kl = 0.5 * (mu.square() + log_var.exp() - log_var - 1).sum()
            cost = squares / (2 * self._sigma_eps**2) + kl
            for tensor, gradient in zip(guess, torch.autograd.grad(cost, [mu, log_var]), strict=True):
                tensor.grad = gradient
            adam.step(rate)

    def _picture(self, step: int, places: list[int], bounds: list[float], exact: float | None) -> Picture:
        x, y = np.array(places, np.float64), np.array(bounds)
        ends = x[[0, -1]]
        layers: list[Payload] = [
            Series(name="guess", role="learned", x=ends, y=np.full(2, y[0]), label="the encoder's guess", dashed=True),
            Series(name="search", role="learned", x=x, y=y, label="ELBO"),
        ]
        if exact is not None:
            layers.append(Series(name="log P(x)", role="exact", x=ends, y=np.full(2, exact), label="log P(x)", dashed=True))
        gain = y[-1] - y[0]
        note = f"ELBO {y[0]:.2f} before, {y[-1]:.2f} after: the guess gives {gain:.2f} nats away"
        axes = Axes(x="steps", y="nats", note="nats that the encoder's guess gives away", figure=f"{gain:.2f}")
        return Picture(step=step, layers=tuple(layers), axes=axes, note=note)
