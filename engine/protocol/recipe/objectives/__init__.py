# SPDX-License-Identifier: MIT
"""The table of objectives: one line each, beside its own file here and its torch half."""

from typing import get_args

from engine.protocol.recipe.objectives.adversarial import Adversarial
from engine.protocol.recipe.objectives.denoising import Denoising
from engine.protocol.recipe.objectives.diffusion import Diffusion
from engine.protocol.recipe.objectives.elbo import Elbo
from engine.protocol.recipe.objectives.reconstruction import Reconstruction
from engine.protocol.recipe.objectives.regression import Regression

AnyObjective = (
    Adversarial
    | Denoising
    | Diffusion
    | Elbo
    | Reconstruction
    | Regression
)  # fmt: skip

OBJECTIVES: tuple[type[AnyObjective], ...] = get_args(AnyObjective)
