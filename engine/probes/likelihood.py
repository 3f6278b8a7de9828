# SPDX-License-Identifier: MIT
"""The torch half of log P(x): importance sampling with K samples, and the quadrature where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

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


@dataclass
class Estimates:
    """One proposal's estimates, for each K so far."""

    mixed: bool  #: whether the proposal is the mixed one, or Q alone
    mean: list[float] = field(default_factory=list)  #: nats, over test points and repeats
    error: list[float] = field(default_factory=list)  #: its standard error, from the spread among repeats
    effective: float = 0.0  #: mean effective sample size at the largest K


class LikelihoodProbe(Probe[Likelihood]):
    """Means over the same test points, so that the differences between K and between proposals are not theirs.

    The first time the curves grow from K to K; later ones replace what is shown when they are whole.
    """

    def __init__(self, declared: Likelihood, panel: str, scene: Scene) -> None:
        super().__init__(declared, panel, scene)
        self._x = scene.run.test[: declared.tests]
        self._still = Still(scene.run)
        self._sigma_eps = 0.0
        self._whole = False

    def measure(self) -> Iterator[Reading]:
        """One picture."""
        step = self.scene.run.step
        self._still.take()
        self._sigma_eps = bound_of(self.scene.run).sigma_eps
        self.rng.manual_seed(self.rng.initial_seed())
        mixed, alone = Estimates(mixed=True), Estimates(mixed=False)
        for count in COUNTS:
            for estimates in (mixed, alone):
                yield from self._add(estimates, count)
            if not self._whole:
                yield Reading(self._picture(step, mixed, alone, None))
        log_p = yield from log_density(self._still, self._sigma_eps, self._x)
        exact = None if log_p is None else float(log_p.double().mean())
        figures = {"log_p_importance": mixed.mean[-1], "effective_samples": mixed.effective}
        if exact is not None:
            figures |= {"log_p": exact, "bound_gap": abs(mixed.mean[-1] - exact)}
        self._whole = True
        yield Reading(self._picture(step, mixed, alone, exact), figures)

    def _add(self, to: Estimates, count: int) -> Iterator[Reading]:
        """Estimate with `count` samples."""
        found, sizes = [], []
        for part in torch.split(self._x.repeat(REPEATS, 1), max(1, self._still.at_once // count)):
            value, size = yield from log_density_sampled(self._still, self._sigma_eps, part, count, self.rng, to.mixed)
            found.append(value)
            sizes.append(size)
        estimates = torch.cat(found).reshape(REPEATS, -1)  # (REPEATS, n)
        to.mean.append(float(estimates.mean()))
        to.error.append(float((estimates.var(0) / REPEATS).mean() / len(self._x)) ** 0.5)
        to.effective = float(torch.cat(sizes).mean())

    def _picture(self, step: int, mixed: Estimates, alone: Estimates, exact: float | None) -> Picture:
        x = np.log10(COUNTS[: len(mixed.mean)])
        mean, margin = np.array(mixed.mean), 2 * np.array(mixed.error)
        layers: list[Payload] = [
            Series(name="Q alone", role="noise", x=x, y=np.array(alone.mean), label="Q alone"),
            Series(name="+ 2 s.e.", role="learned", x=x, y=mean + margin, dashed=True),
            Series(name="− 2 s.e.", role="learned", x=x, y=mean - margin, dashed=True),
            Series(name="mixed", role="learned", x=x, y=mean, label="mixed proposal"),
        ]
        if exact is not None:
            y = np.full(2, exact)
            layers.append(Series(name="quadrature", role="exact", x=x[[0, -1]], y=y, label="quadrature", dashed=True))
        size = f"effective sample size {mixed.effective:,.0f} of {COUNTS[len(mean) - 1]:,}"
        note = _verdict(mixed, alone) if len(mean) == len(COUNTS) else ""
        axes = Axes(x="log₁₀ K", y="nats", note=size, figure=f"{mean[-1]:.2f} ± {margin[-1]:.2f}")
        return Picture(step=step, layers=tuple(layers), axes=axes, note=note)


def _verdict(mixed: Estimates, alone: Estimates) -> str:
    """What the encoder misses, in a sentence."""
    short = mixed.mean[-1] - alone.mean[-1]
    error = float(np.hypot(mixed.error[-1], alone.error[-1]))
    if short > max(MISSED, 3 * error):
        return f"Q alone falls {short:.2f} nats short: the encoder misses codes that explain x as well"
    return "Q alone finds as much: the encoder misses nothing that counts"
