# SPDX-License-Identifier: MIT
"""The torch half of every objective in `engine.protocol.recipe.objectives`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.models.network import Network
from engine.objectives.adversarial import AdversarialObjective
from engine.objectives.denoising import DenoisingObjective
from engine.objectives.diffusion import DiffusionObjective
from engine.objectives.elbo import ElboObjective
from engine.objectives.objective import Objective
from engine.objectives.reconstruction import ReconstructionObjective
from engine.objectives.regression import RegressionObjective
from engine.protocol.recipe.objectives.adversarial import Adversarial
from engine.protocol.recipe.objectives.denoising import Denoising
from engine.protocol.recipe.objectives.diffusion import Diffusion
from engine.protocol.recipe.objectives.elbo import Elbo
from engine.protocol.recipe.objectives.reconstruction import Reconstruction
from engine.protocol.recipe.objectives.regression import Regression
from engine.protocol.recipe.part import Objective as Declared

#: One line for each objective: declaration → objective(declared, network).
COSTS: dict[type[Declared], Callable[[Any, Any], Objective]] = {
    Adversarial: AdversarialObjective,
    Denoising: DenoisingObjective,
    Diffusion: DiffusionObjective,
    Elbo: ElboObjective,
    Reconstruction: ReconstructionObjective,
    Regression: RegressionObjective,
}


def build(declared: Declared, network: Network) -> Objective:
    """The cost of a declared objective for one network."""
    return COSTS[type(declared)](declared, network)


__all__ = ["COSTS", "Objective", "build"]
