# SPDX-License-Identifier: MIT
"""The torch half of every flow in `engine.protocol.recipe.flows`."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.flows.anneal import AnnealFlow
from engine.flows.flow import Cloud, Flow
from engine.flows.langevin import LangevinFlow
from engine.flows.prior import PriorFlow
from engine.flows.update import UpdateFlow
from engine.models.network import Network
from engine.protocol.recipe.flows.anneal import Anneal
from engine.protocol.recipe.flows.langevin import Langevin
from engine.protocol.recipe.flows.prior import Prior
from engine.protocol.recipe.flows.update import Update
from engine.protocol.recipe.part import Flow as Declared

#: One line for each flow: declaration → flow(network, data, rng).
FLOWS: dict[type[Declared], type[Flow]] = {
    Anneal: AnnealFlow,
    Langevin: LangevinFlow,
    Prior: PriorFlow,
    Update: UpdateFlow,
}

_BY_KIND = {declared.__struct_config__.tag: flow for declared, flow in FLOWS.items()}


def build(kind: str, network: Network, data: Tensor, rng: torch.Generator) -> Flow:
    """The flow of a kind through `network`, with its own random stream; data (N, M) are the training examples."""
    return _BY_KIND[kind](network, data, rng)


__all__ = ["FLOWS", "Cloud", "Flow", "build"]
