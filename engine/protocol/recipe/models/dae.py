# SPDX-License-Identifier: MIT
"""The denoising autoencoder's declaration."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.flows.update import Update
from engine.protocol.recipe.networks import Depth, Width
from engine.protocol.recipe.objectives.denoising import Denoising
from engine.protocol.recipe.part import Capability, Flow, Model, Objective


class Dae(Model, frozen=True, tag="dae"):
    """x → x through `depth` hidden layers of `width` units, trained on noisy x."""

    title: ClassVar[str] = "Denoising autoencoder"
    help: ClassVar[str] = "Gives back a clean x from a noisy one; what it takes away is the predicted noise."
    objective: ClassVar[type[Objective]] = Denoising
    flow: ClassVar[Flow] = Update()
    can: ClassVar[frozenset[Capability]] = frozenset({"denoise", "narrowest"})

    width: Width = 128
    depth: Depth = 3
