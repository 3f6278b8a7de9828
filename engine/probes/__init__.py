# SPDX-License-Identifier: MIT
"""The torch half of every probe in `engine.protocol.recipe.probes`."""

from __future__ import annotations

from typing import Any

from engine.probes.aggregate import AggregateProbe
from engine.probes.anatomy import AnatomyProbe
from engine.probes.candidates import CandidatesProbe, EffectiveNumberProbe
from engine.probes.curves import CurvesProbe
from engine.probes.density import DensityProbe
from engine.probes.estimators import EstimatorsProbe
from engine.probes.feature_maps import FeatureMapsProbe
from engine.probes.film import FilmProbe, GatheringProbe
from engine.probes.generated import LatentGridProbe, WalkProbe
from engine.probes.gradient_step import GradientStepProbe
from engine.probes.kl_bars import KlBarsProbe
from engine.probes.latent import LatentProbe
from engine.probes.likelihood import LikelihoodProbe
from engine.probes.memorize import CopiesProbe, MemorizeProbe
from engine.probes.near import NearProbe
from engine.probes.optimize import OptimizeProbe
from engine.probes.posterior import PosteriorProbe
from engine.probes.probe import Probe, Reading
from engine.probes.quality import QualityProbe
from engine.probes.rows import DenoisedProbe, ReconstructedProbe, SamplesProbe
from engine.probes.schedule import ScheduleProbe
from engine.probes.sketched import SketchedProbe
from engine.probes.stage import StageProbe
from engine.probes.within import InnerProbe, SpectrumProbe, SpectrumWayProbe
from engine.protocol.recipe.part import Probe as Declared
from engine.protocol.recipe.probes import Panel
from engine.protocol.recipe.probes.aggregate import Aggregate
from engine.protocol.recipe.probes.anatomy import Anatomy
from engine.protocol.recipe.probes.candidates import Candidates, EffectiveNumber
from engine.protocol.recipe.probes.curves import Curves
from engine.protocol.recipe.probes.density import Density
from engine.protocol.recipe.probes.estimators import Estimators
from engine.protocol.recipe.probes.feature_maps import FeatureMaps
from engine.protocol.recipe.probes.film import Film, Gathering
from engine.protocol.recipe.probes.generated import LatentGrid, Walk
from engine.protocol.recipe.probes.gradient_step import GradientStep
from engine.protocol.recipe.probes.kl_bars import KlBars
from engine.protocol.recipe.probes.latent import Latent
from engine.protocol.recipe.probes.likelihood import Likelihood
from engine.protocol.recipe.probes.memorize import Copies, Memorize
from engine.protocol.recipe.probes.near import Near
from engine.protocol.recipe.probes.optimize import Optimize
from engine.protocol.recipe.probes.posterior import Posterior
from engine.protocol.recipe.probes.quality import Quality
from engine.protocol.recipe.probes.rows import Denoised, Reconstructed, Samples
from engine.protocol.recipe.probes.schedule import Schedule
from engine.protocol.recipe.probes.sketched import Sketched
from engine.protocol.recipe.probes.stage import Stage
from engine.protocol.recipe.probes.within import Inner, Spectrum, SpectrumWay
from engine.scene import Scene

#: One line for each probe: declaration → probe(declared, panel key, scene).
GUESTS: dict[type[Declared], type[Probe[Any]]] = {
    Aggregate: AggregateProbe,
    Anatomy: AnatomyProbe,
    Candidates: CandidatesProbe,
    Copies: CopiesProbe,
    Curves: CurvesProbe,
    Denoised: DenoisedProbe,
    Density: DensityProbe,
    EffectiveNumber: EffectiveNumberProbe,
    Estimators: EstimatorsProbe,
    FeatureMaps: FeatureMapsProbe,
    Film: FilmProbe,
    Gathering: GatheringProbe,
    GradientStep: GradientStepProbe,
    Inner: InnerProbe,
    KlBars: KlBarsProbe,
    Latent: LatentProbe,
    LatentGrid: LatentGridProbe,
    Likelihood: LikelihoodProbe,
    Memorize: MemorizeProbe,
    Near: NearProbe,
    Optimize: OptimizeProbe,
    Posterior: PosteriorProbe,
    Quality: QualityProbe,
    Reconstructed: ReconstructedProbe,
    Samples: SamplesProbe,
    Schedule: ScheduleProbe,
    Sketched: SketchedProbe,
    Spectrum: SpectrumProbe,
    SpectrumWay: SpectrumWayProbe,
    Stage: StageProbe,
    Walk: WalkProbe,
}


def invite(panel: Panel, scene: Scene) -> Probe[Any] | None:
    """The probe of a panel for one lane's scene; None where the model cannot do what it needs, or the data have another shape.

    Between two chapters the panels of the one may still be watched while the lanes of the other are built already.
    """
    if not panel.probe.needs <= scene.run.network.declared.can or panel.probe.misfit(scene.run.data.shape) is not None:
        return None
    return GUESTS[type(panel.probe)](panel.probe, panel.key, scene)


__all__ = ["GUESTS", "Probe", "Reading", "invite"]
