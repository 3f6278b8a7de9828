# SPDX-License-Identifier: MIT
"""The convolutional variational autoencoder's declaration."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.flows.prior import Prior
from engine.protocol.recipe.networks import Channels, Latent, image_misfit, latent_misfit
from engine.protocol.recipe.objectives.elbo import Elbo
from engine.protocol.recipe.part import Capability, Data, Flow, Model, Objective
from engine.protocol.recipe.training import Training


class ConvVae(Model, frozen=True, tag="conv-vae"):
    """The variational autoencoder with convolutions: each halves the edge on the way in and doubles it on the way out."""

    title: ClassVar[str] = "Convolutional VAE"
    help: ClassVar[str] = "The same cost as the VAE's; encoder and decoder know that neighboring pixels belong together."
    objective: ClassVar[type[Objective]] = Elbo
    flow: ClassVar[Flow] = Prior()
    training: ClassVar[Training] = Training(micro_batch=32)
    can: ClassVar[frozenset[Capability]] = frozenset({"encode", "posterior", "decode", "maps"})

    channels: Channels = 16
    latent: Latent = 2

    def misfit(self, data: Data) -> str | None:
        """Refuse points, images that cannot be halved twice, and a hidden space larger than the data's."""
        return image_misfit(data) or latent_misfit(self.latent, data)
