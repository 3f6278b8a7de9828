# SPDX-License-Identifier: MIT
"""The supervised generator's cost."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.part import Objective


class Regression(Objective, frozen=True, tag="regression"):
    """Σ_i ‖x_i − g(h_i)‖², per example, for known h_i."""

    title: ClassVar[str] = "Regression"
    help: ClassVar[str] = "Make x from its known h."
