# SPDX-License-Identifier: MIT
"""The exact denoiser's declaration."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.flows.update import Update
from engine.protocol.recipe.objectives.denoising import Denoising
from engine.protocol.recipe.part import Capability, Flow, Model, Objective


class Exact(Model, frozen=True, tag="exact"):
    """Σ_i P(x_i|x) x_i: the denoiser of least cost for these examples, and the limit of every DAE (Miyasawa 1961).

    It has no weights, so that its steps change nothing; they measure the same cost as the DAE's, whose floor it is.
    """

    title: ClassVar[str] = "Exact denoiser"
    help: ClassVar[str] = "The mean of all training examples, each weighted by how likely x comes from it. Nothing is trained."
    objective: ClassVar[type[Objective]] = Denoising
    flow: ClassVar[Flow] = Update()
    can: ClassVar[frozenset[Capability]] = frozenset({"denoise", "anneal"})
