# SPDX-License-Identifier: MIT
"""The torch half of every flow in `engine.protocol.recipe.flows`."""

from __future__ import annotations

import torch

from engine.flows.flow import Denoise, Flow
from engine.flows.update import UpdateFlow
from engine.protocol.recipe.flows.update import Update
from engine.protocol.recipe.part import Flow as Declared

#: One line for each flow: declaration → flow(rng).
FLOWS: dict[type[Declared], type[Flow]] = {
    Update: UpdateFlow,
}


def build(declared: Declared, rng: torch.Generator) -> Flow:
    """The flow of a declaration, with its own random stream."""
    return FLOWS[type(declared)](rng)


__all__ = ["FLOWS", "Denoise", "Flow", "build"]
