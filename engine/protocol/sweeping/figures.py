# SPDX-License-Identifier: MIT
"""The figures that a sweep may ask of a trained cell: scalars of the training, and what probes measure at its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.protocol.recipe.experiment import Experiment
from engine.protocol.recipe.part import Probe
from engine.protocol.recipe.probes.kl_bars import KlBars
from engine.protocol.recipe.probes.memorize import Copies
from engine.protocol.recipe.probes.quality import Quality
from engine.protocol.recipe.probes.within import Spectrum

LAST: Final = 100  #: steps whose mean stands for a scalar at the end of the training


@dataclass(frozen=True)
class Figure:
    """One figure of a cell: its label with its unit, and the probe that measures it; without one it is a training scalar."""

    label: str
    probe: Probe | None = None
    percent: bool = False  #: a share, shown as 0 … 100 %

    def fits(self, experiment: Experiment, name: str) -> bool:
        """Whether the model of the only lane can have this figure."""
        recipe = experiment.lanes[0].recipe
        if self.probe is None:
            return name in ("loss", *recipe.objective.terms)
        return self.probe.needs <= recipe.model.can and self.probe.misfit(experiment.data.shape) is None


#: Every name is that of a scalar in the engine's frames.
FIGURES: Final[dict[str, Figure]] = {
    "loss": Figure("loss at the end"),
    "reconstruction": Figure("reconstruction at the end (nats)"),
    "kl": Figure("KL at the end (nats)"),
    "active": Figure("active dimensions", KlBars()),
    "distance": Figure("distance from held-out data (1 is perfect)", Quality()),
    "copies": Figure("ends on a training example (%)", Copies(), percent=True),
    "copies_exact": Figure("the exact denoiser's ends on a training example (%)", Copies(), percent=True),
    "copies_by_chance": Figure("ends on a held-out example, by chance (%)", Copies(), percent=True),
    "local_dimension": Figure("local dimension", Spectrum()),
}
