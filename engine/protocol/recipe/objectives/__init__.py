# SPDX-License-Identifier: MIT
"""The table of objectives: one line each, beside its own file here and its torch half."""

from typing import get_args

from engine.protocol.recipe.objectives.denoising import Denoising
from engine.protocol.recipe.objectives.elbo import Elbo

AnyObjective = (
    Denoising
    | Elbo
)  # fmt: skip

OBJECTIVES: tuple[type[AnyObjective], ...] = get_args(AnyObjective)
