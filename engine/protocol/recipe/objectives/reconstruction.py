# SPDX-License-Identifier: MIT
"""The autoencoder's cost."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.part import Objective


class Reconstruction(Objective, frozen=True, tag="reconstruction"):
    """Σ_i ‖x_i − g(f(x_i))‖², per example."""

    title: ClassVar[str] = "Reconstruction"
    help: ClassVar[str] = "Give back x through the bottleneck."
