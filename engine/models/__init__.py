# SPDX-License-Identifier: MIT
"""The torch half of every model in `engine.protocol.recipe.models`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from engine.models.dae import DaeNetwork
from engine.models.network import Network
from engine.models.vae import VaeNetwork
from engine.protocol.recipe.models.dae import Dae
from engine.protocol.recipe.models.vae import Vae
from engine.protocol.recipe.part import Model

#: One line for each model: declaration → network(declared, shape, generator).
NETWORKS: dict[type[Model], Callable[[Any, tuple[int, ...], torch.Generator], Network]] = {
    Dae: DaeNetwork,
    Vae: VaeNetwork,
}


def build(declared: Model, shape: tuple[int, ...], generator: torch.Generator) -> Network:
    """The network of a declared model for examples of `shape`, on the CPU, its weights drawn from `generator`."""
    return NETWORKS[type(declared)](declared, shape, generator)


__all__ = ["NETWORKS", "Network", "build"]
