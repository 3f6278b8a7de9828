# SPDX-License-Identifier: MIT
"""The codes of many examples at once, for the panels that show them all."""

from __future__ import annotations

from torch import Tensor

from engine.scene import Scene


def codes(scene: Scene, x: Tensor) -> tuple[Tensor, Tensor | None]:
    """μ and ln Σ of x (n, M), both (n, M_hidd); of a network without Q(h|x), its codes and None. Call without gradients.

    Where the scene is in haste, wide products are taken as the training takes them.
    """
    network = scene.run.shown
    if "posterior" not in network.declared.can:
        return network.encode(x), None
    if scene.haste and network.chains:
        mu, log_var = network.chains[0].walk(x, rounded=True).out.chunk(2, dim=1)
        return mu, log_var
    return network.posterior(x)
