# SPDX-License-Identifier: MIT
"""The table of probes: one line each, beside its own file here and its torch half."""

from typing import Annotated, get_args

import msgspec

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

AnyProbe = (
    Aggregate
    | Anatomy
    | Candidates
    | Copies
    | Curves
    | Denoised
    | Density
    | EffectiveNumber
    | Estimators
    | FeatureMaps
    | Film
    | Gathering
    | GradientStep
    | Inner
    | KlBars
    | Latent
    | LatentGrid
    | Likelihood
    | Memorize
    | Near
    | Optimize
    | Posterior
    | Quality
    | Reconstructed
    | Samples
    | Schedule
    | Sketched
    | Spectrum
    | SpectrumWay
    | Stage
    | Walk
)  # fmt: skip

PROBES: tuple[type[AnyProbe], ...] = get_args(AnyProbe)


class Panel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A place on the screen: which probe of which lane it shows. `lane` empty means the first."""

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    probe: AnyProbe
    lane: str = ""
    title: str = ""
