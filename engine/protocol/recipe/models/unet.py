# SPDX-License-Identifier: MIT
"""The declaration of the U-net that denoises images."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.flows.update import Update
from engine.protocol.recipe.networks import Channels, Skips, image_misfit, image_portion
from engine.protocol.recipe.objectives.denoising import Denoising
from engine.protocol.recipe.part import Capability, Data, Flow, Model, Objective


class Unet(Model, frozen=True, tag="unet"):
    """Down to a quarter of the edge and up again, with skip connections across (Ronneberger et al. 2015)."""

    title: ClassVar[str] = "U-net"
    help: ClassVar[str] = "A denoising autoencoder for images; the skips let fine detail pass by the narrow middle."
    objective: ClassVar[type[Objective]] = Denoising
    flow: ClassVar[Flow] = Update()
    can: ClassVar[frozenset[Capability]] = frozenset({"denoise", "narrowest", "maps"})

    channels: Channels = 16
    skips: Skips = True

    def misfit(self, data: Data) -> str | None:
        """Refuse points, and images that cannot be halved twice."""
        return image_misfit(data)

    def portion(self, shape: tuple[int, ...]) -> int:
        """Fewer examples where they are larger."""
        return image_portion(self.channels, shape)
