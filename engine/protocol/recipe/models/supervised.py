# SPDX-License-Identifier: MIT
"""The supervised generator's declaration."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.flows.prior import Prior
from engine.protocol.recipe.networks import Depth, Width
from engine.protocol.recipe.objectives.regression import Regression
from engine.protocol.recipe.part import Capability, Data, Flow, Model, Objective


class Supervised(Model, frozen=True, tag="supervised"):
    """g(h) trained on pairs (h, x) where h happens to be known: what all the others have to do without."""

    title: ClassVar[str] = "Supervised generator"
    help: ClassVar[str] = "Learns x from an h that comes with the data. Easy, if only h were known."
    objective: ClassVar[type[Objective]] = Regression
    flow: ClassVar[Flow] = Prior()
    can: ClassVar[frozenset[Capability]] = frozenset({"decode"})

    width: Width = 64
    depth: Depth = 2

    def misfit(self, data: Data) -> str | None:
        """Refuse data whose h nobody knows."""
        return None if data.latents else "nobody knows the h of these examples"
