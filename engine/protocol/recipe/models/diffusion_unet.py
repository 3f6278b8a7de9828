# SPDX-License-Identifier: MIT
"""The declaration of the U-net that denoises images at all σ."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.flows.anneal import Anneal
from engine.protocol.recipe.networks import Channels, Skips, image_misfit, image_portion
from engine.protocol.recipe.objectives.diffusion import Diffusion
from engine.protocol.recipe.part import Capability, Data, Flow, Model, Objective
from engine.protocol.recipe.training import Training


class DiffusionUnet(Model, frozen=True, tag="diffusion-unet"):
    """D(x, σ) by a U-net that is told σ, preconditioned as in Karras et al. (2022)."""

    title: ClassVar[str] = "Diffusion U-net"
    help: ClassVar[str] = "A diffusion model for images."
    objective: ClassVar[type[Objective]] = Diffusion
    flow: ClassVar[Flow] = Anneal()
    training: ClassVar[Training] = Training(ema=0.999)
    can: ClassVar[frozenset[Capability]] = frozenset({"denoise", "anneal", "narrowest", "maps"})

    channels: Channels = 16
    skips: Skips = True

    def misfit(self, data: Data) -> str | None:
        """Refuse points, and images that cannot be halved twice."""
        return image_misfit(data)

    def portion(self, shape: tuple[int, ...]) -> int:
        """Fewer examples where they are larger."""
        return image_portion(self.channels, shape)
