# SPDX-License-Identifier: MIT
"""The variational autoencoder's declaration."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from engine.protocol.recipe.flows.prior import Prior
from engine.protocol.recipe.networks import Depth, Latent, Width, latent_misfit
from engine.protocol.recipe.objectives.elbo import Elbo
from engine.protocol.recipe.part import Capability, Data, Flow, Model, Objective


class Vae(Model, frozen=True, tag="vae"):
    """Encoder to μ(x) and diagonal Σ(x), a noisy code h_s, decoder g(h) (Kingma & Welling 2014)."""

    title: ClassVar[str] = "Variational autoencoder"
    help: ClassVar[str] = "A generator from M_hidd dimensions; the encoder proposes where x lives."
    objective: ClassVar[type[Objective]] = Elbo
    flow: ClassVar[Flow] = Prior()
    # A line is bent onto a curve early, or it stays folded for ever, with a large σ_ε that suits the fold. Measured on the spiral,
    # M_hidd = 1, 3,000 steps: unfolded with 7 of 8 seeds, with two layers at the usual rate with 1 of 3. A warm-up, a slower or
    # larger first σ_ε, larger first weights: each of them makes it fewer.
    on_points: ClassVar[Mapping[str, Mapping[str, int | float]]] = MappingProxyType(
        {"model": {"depth": 4}, "training": {"learning_rate": 1e-2, "batch": 64, "decay": 3000}}
    )
    can: ClassVar[frozenset[Capability]] = frozenset({"encode", "posterior", "decode"})

    width: Width = 64
    depth: Depth = 2
    latent: Latent = 2

    def misfit(self, data: Data) -> str | None:
        """Refuse a hidden space larger than the data's."""
        return latent_misfit(self.latent, data)
