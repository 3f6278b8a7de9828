# SPDX-License-Identifier: MIT
"""The autoencoder's declaration."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.flows.prior import Prior
from engine.protocol.recipe.networks import Depth, Latent, Width, latent_misfit
from engine.protocol.recipe.objectives.reconstruction import Reconstruction
from engine.protocol.recipe.part import Capability, Data, Flow, Model, Objective


class Ae(Model, frozen=True, tag="ae"):
    """Encoder f(x), decoder g(h), and between them a bottleneck of M_hidd dimensions (Baldi & Hornik 1989)."""

    title: ClassVar[str] = "Autoencoder"
    help: ClassVar[str] = "Encoder and decoder; nothing tells the codes where to lie."
    objective: ClassVar[type[Objective]] = Reconstruction
    flow: ClassVar[Flow] = Prior()
    can: ClassVar[frozenset[Capability]] = frozenset({"encode", "decode"})

    width: Width = 64
    depth: Depth = 2
    latent: Latent = 2

    def misfit(self, data: Data) -> str | None:
        """Refuse a hidden space larger than the data's."""
        return latent_misfit(self.latent, data)
