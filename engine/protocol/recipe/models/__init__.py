# SPDX-License-Identifier: MIT
"""The table of models: a new model is its own file here, one line in this table, and its torch half."""

from typing import get_args

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

AnyModel = (
    Supervised
    | Ae
    | Vae
    | ConvVae
    | Gan
    | Dae
    | Unet
    | Exact
    | Diffusion
    | DiffusionUnet
)  # fmt: skip

MODELS: tuple[type[AnyModel], ...] = get_args(AnyModel)
