# SPDX-License-Identifier: MIT
"""The torch half of every probe in `engine.protocol.recipe.probes`."""

from __future__ import annotations

from typing import Any

from engine.probes.curves import CurvesProbe
from engine.probes.latent import LatentProbe
from engine.probes.probe import Probe, Reading
from engine.probes.rows import DenoisedProbe, FilmProbe, ReconstructedProbe, SamplesProbe
from engine.probes.stage import StageProbe
from engine.protocol.recipe.part import Probe as Declared
from engine.protocol.recipe.probes import Panel
from engine.protocol.recipe.probes.curves import Curves
from engine.protocol.recipe.probes.latent import Latent
from engine.protocol.recipe.probes.rows import Denoised, Film, Reconstructed, Samples
from engine.protocol.recipe.probes.stage import Stage
from engine.scene import Scene

#: One line for each probe: declaration → probe(declared, panel key, scene).
GUESTS: dict[type[Declared], type[Probe[Any]]] = {
    Curves: CurvesProbe,
    Denoised: DenoisedProbe,
    Film: FilmProbe,
    Latent: LatentProbe,
    Reconstructed: ReconstructedProbe,
    Samples: SamplesProbe,
    Stage: StageProbe,
}


def invite(panel: Panel, scene: Scene) -> Probe[Any] | None:
    """The probe of a panel for one lane's scene; None where the lane's model cannot do what the probe needs."""
    if not panel.probe.needs <= scene.run.network.declared.can:
        return None
    return GUESTS[type(panel.probe)](panel.probe, panel.key, scene)


__all__ = ["GUESTS", "Probe", "Reading", "invite"]
