# SPDX-License-Identifier: MIT
"""The table of flows: one line each, beside its own file here and its torch half."""

from typing import get_args

from engine.protocol.recipe.flows.anneal import Anneal
from engine.protocol.recipe.flows.langevin import Langevin
from engine.protocol.recipe.flows.prior import Prior
from engine.protocol.recipe.flows.update import Update

AnyFlow = (
    Update
    | Anneal
    | Langevin
    | Prior
)  # fmt: skip

FLOWS: tuple[type[AnyFlow], ...] = get_args(AnyFlow)
