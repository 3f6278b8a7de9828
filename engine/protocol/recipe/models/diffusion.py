# SPDX-License-Identifier: MIT
"""The declaration of the denoiser for all σ."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.flows.anneal import Anneal
from engine.protocol.recipe.networks import Depth, Width
from engine.protocol.recipe.objectives.diffusion import Diffusion as Cost
from engine.protocol.recipe.part import Capability, Flow, Model, Objective
from engine.protocol.recipe.training import Training


class Diffusion(Model, frozen=True, tag="diffusion"):
    """D(x, σ): one denoiser for many σ, preconditioned so that its layers see and give unit variance (Karras et al. 2022)."""

    title: ClassVar[str] = "Diffusion model"
    help: ClassVar[str] = "A denoiser that is told σ. From pure noise down to none, it makes new examples."
    objective: ClassVar[type[Objective]] = Cost
    flow: ClassVar[Flow] = Anneal()
    training: ClassVar[Training] = Training(ema=0.999)
    can: ClassVar[frozenset[Capability]] = frozenset({"denoise", "anneal", "narrowest"})

    width: Width = 128
    depth: Depth = 3
