# SPDX-License-Identifier: MIT
"""The torch half of every model in `engine.protocol.recipe.models`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from engine.data.dataset import Dataset
from engine.models.ae import AeNetwork
from engine.models.conv_vae import ConvVaeNetwork
from engine.models.dae import DaeNetwork
from engine.models.diffusion import DiffusionNetwork
from engine.models.diffusion_unet import DiffusionUnetNetwork
from engine.models.exact import ExactNetwork
from engine.models.gan import GanNetwork
from engine.models.network import Network
from engine.models.supervised import SupervisedNetwork
from engine.models.unet import UnetNetwork
from engine.models.vae import VaeNetwork
from engine.protocol.recipe.models.ae import Ae
from engine.protocol.recipe.models.conv_vae import ConvVae
from engine.protocol.recipe.models.dae import Dae
from engine.protocol.recipe.models.diffusion import Diffusion
from engine.protocol.recipe.models.diffusion_unet import DiffusionUnet
from engine.protocol.recipe.models.exact import Exact
from engine.protocol.recipe.models.gan import Gan
from engine.protocol.recipe.models.supervised import Supervised
from engine.protocol.recipe.models.unet import Unet
from engine.protocol.recipe.models.vae import Vae
from engine.protocol.recipe.part import Model

#: One line for each model: declaration → network(declared, data, generator).
NETWORKS: dict[type[Model], Callable[[Any, Dataset, torch.Generator], Network]] = {
    Supervised: SupervisedNetwork,
    Ae: AeNetwork,
    Vae: VaeNetwork,
    ConvVae: ConvVaeNetwork,
    Gan: GanNetwork,
    Dae: DaeNetwork,
    Unet: UnetNetwork,
    Exact: ExactNetwork,
    Diffusion: DiffusionNetwork,
    DiffusionUnet: DiffusionUnetNetwork,
}


def build(declared: Model, data: Dataset, generator: torch.Generator) -> Network:
    """The network of a declared model for these data, on the CPU, its weights drawn from `generator`."""
    return NETWORKS[type(declared)](declared, data, generator)


__all__ = ["NETWORKS", "Network", "build"]
