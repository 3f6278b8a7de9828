# SPDX-License-Identifier: MIT
"""The generative adversarial network's declaration."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.flows.prior import Prior
from engine.protocol.recipe.networks import Depth, Latent, Width, latent_misfit
from engine.protocol.recipe.objectives.adversarial import Adversarial
from engine.protocol.recipe.part import Capability, Data, Flow, Model, Objective
from engine.protocol.recipe.training import Training


class Gan(Model, frozen=True, tag="gan"):
    """Generator g(h) and a discriminator that tells its x from the data's (Goodfellow et al. 2014)."""

    title: ClassVar[str] = "Generative adversarial network"
    help: ClassVar[str] = "A generator without an encoder: a second network judges what it makes."
    objective: ClassVar[type[Objective]] = Adversarial
    flow: ClassVar[Flow] = Prior()
    training: ClassVar[Training] = Training(learning_rate=3e-3, batch=64, decay=3000, ema=0.995)
    can: ClassVar[frozenset[Capability]] = frozenset({"decode", "discriminate"})

    width: Width = 128
    depth: Depth = 3
    latent: Latent = 2

    def misfit(self, data: Data) -> str | None:
        """Refuse a hidden space larger than the data's."""
        return latent_misfit(self.latent, data)
