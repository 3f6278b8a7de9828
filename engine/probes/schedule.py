# SPDX-License-Identifier: MIT
"""The torch half of the schedule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.flows.anneal import schedule
from engine.probes.probe import Probe, Reading
from engine.protocol.payloads import Axes, Picture, Series
from engine.protocol.recipe.probes.schedule import Schedule

UPDATES = 50  #: shown of a flow without an end


class ScheduleProbe(Probe[Schedule]):
    """The curve of σ, and the steps that it asks for."""

    def version(self) -> Any:
        """Only settings move it."""
        return self.scene.live

    def measure(self) -> Iterator[Reading]:
        """One picture."""
        run = self.scene.run
        if run.flow["kind"] == "anneal":
            sigma = schedule(run.flow).double().numpy()
            eta = 1 - sigma[1:] / sigma[:-1]
        else:
            sigma = np.full(UPDATES + 1, run.sigma)
            eta = np.full(UPDATES, float(run.flow.get("eta", 1.0)))
        updates = np.arange(len(sigma), dtype=np.float64)
        layers = (
            Series(name="sigma", role="noise", x=updates, y=sigma, label="σ"),
            Series(name="eta", role="learned", x=updates[:-1], y=eta, label="η", dashed=True),
        )
        yield Reading(Picture(step=run.step, layers=layers, axes=Axes(x="updates", y="noise σ, step size η")))
