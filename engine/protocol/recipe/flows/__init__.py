# SPDX-License-Identifier: MIT
"""The table of flows: one line each, beside its own file here and its torch half."""

from typing import get_args

from engine.protocol.recipe.flows.update import Update

AnyFlow = Update

FLOWS: tuple[type[AnyFlow], ...] = get_args(AnyFlow) or (Update,)
