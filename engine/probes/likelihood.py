# SPDX-License-Identifier: MIT
"""The torch half of log P(x): importance sampling with K samples, and the quadrature where there is one."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import NamedTuple

import numpy as np
import torch

from engine.probes.bound import bound_of, log_density, log_density_sampled
from engine.probes.probe import Probe, Reading
from engine.probes.still import Still
from engine.protocol.payloads import Axes, Payload, Picture, Series
from engine.protocol.recipe.probes.likelihood import Likelihood
from engine.scene import Scene

COUNTS = (1, 2, 4, 10, 30, 100, 300, 1000)  #: K
REPEATS = 4  #: of each estimate; their spread is the error bar
MISSED = 0.05  #: nats that Q alone must fall short by, and three standard errors, before it is said


class Estimates(NamedTuple):
    """One proposal's estimates for every K."""

    mean: np.ndarray  # (len(COUNTS),) nats, over test points and repeats
    error: np.ndarray  # (len(COUNTS),) its standard error, from the spread among repeats
    effective: float  #: mean effective sample size at the largest K


class LikelihoodProbe(Probe[Likelihood]):
    """Means over the same test points, so that the differences between K and between proposals are not theirs."""

    def __init__(self, declared: Likelihood, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        self._x = scene.run.test[: declared.tests]
        self._still = Still(scene.run)
        self._sigma_eps = 0.0

    def measure(self) -> Iterator[Reading]:
        """One picture."""
        step = self.scene.run.step
        self._still.take()
        self._sigma_eps = bound_of(self.scene.run).sigma_eps
        self.rng.manual_seed(self.rng.initial_seed())
        mixed = yield from self._estimates(mixed=True)
        alone = yield from self._estimates(mixed=False)
        log_p = yield from log_density(self._still, self._sigma_eps, self._x)
        exact = None if log_p is None else float(log_p.double().mean())
        figures = {"log_p_importance": float(mixed.mean[-1]), "effective_samples": mixed.effective}
        if exact is not None:
            figures |= {"log_p": exact, "bound_gap": abs(float(mixed.mean[-1]) - exact)}
        yield Reading(self._picture(step, mixed, alone, exact), figures)

    def _estimates(self, mixed: bool) -> Generator[Reading, None, Estimates]:
        means, errors, effective = [], [], 0.0
        x = self._x.repeat(REPEATS, 1)
        for count in COUNTS:
            found, sizes = [], []
            for part in torch.split(x, max(1, self._still.at_once // count)):
                value, size = yield from log_density_sampled(self._still, self._sigma_eps, part, count, self.rng, mixed)
                found.append(value)
                sizes.append(size)
            estimates = torch.cat(found).reshape(REPEATS, -1)  # (REPEATS, n)
            means.append(float(estimates.mean()))
            errors.append(float((estimates.var(0) / REPEATS).mean() / len(self._x)) ** 0.5)
            effective = float(torch.cat(sizes).mean())
        return Estimates(np.array(means), np.array(errors), effective)

    def _picture(self, step: int, mixed: Estimates, alone: Estimates, exact: float | None) -> Picture:
        x = np.log10(COUNTS)
        layers: list[Payload] = [
            Series(name="Q alone", role="noise", x=x, y=alone.mean, label="Q alone"),
            Series(name="+ 2 s.e.", role="learned", x=x, y=mixed.mean + 2 * mixed.error, dashed=True),
            Series(name="− 2 s.e.", role="learned", x=x, y=mixed.mean - 2 * mixed.error, dashed=True),
            Series(name="mixed", role="learned", x=x, y=mixed.mean, label="mixed proposal"),
        ]
        if exact is not None:
            y = np.full(2, exact)
            layers.append(Series(name="quadrature", role="exact", x=x[[0, -1]], y=y, label="quadrature", dashed=True))
        note = f"effective sample size {mixed.effective:,.0f} of {COUNTS[-1]:,}"
        axes = Axes(x="log₁₀ K", y="nats", note=note, figure=f"{mixed.mean[-1]:.2f} ± {2 * mixed.error[-1]:.2f}")
        return Picture(step=step, layers=tuple(layers), axes=axes, note=_verdict(mixed, alone))


def _verdict(mixed: Estimates, alone: Estimates) -> str:
    """What the encoder misses, in a sentence."""
    short = float(mixed.mean[-1] - alone.mean[-1])
    error = float(np.hypot(mixed.error[-1], alone.error[-1]))
    if short > max(MISSED, 3 * error):
        return f"Q alone falls {short:.2f} nats short: the encoder misses codes that explain x as well"
    return "Q alone finds as much: the encoder misses nothing that counts"
