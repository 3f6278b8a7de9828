# SPDX-License-Identifier: MIT
"""The table of models: a new model is its own file here, one line in this table, and its torch half."""

from typing import get_args

from engine.protocol.recipe.models.dae import Dae
from engine.protocol.recipe.models.vae import Vae

AnyModel = (
    Dae
    | Vae
)  # fmt: skip

MODELS: tuple[type[AnyModel], ...] = get_args(AnyModel)
