# SPDX-License-Identifier: MIT
"""Langevin's walk at one fixed σ."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.flows.update import FlowSigma, StepSize
from engine.protocol.recipe.part import Flow


class Langevin(Flow, frozen=True, tag="langevin"):
    """x' = x − η(x − D(x)) + √(2η) σ n: points wander for ever and, for small η, visit p_σ."""

    title: ClassVar[str] = "Langevin"
    help: ClassVar[str] = "The update with fresh noise at every step."

    eta: StepSize = 0.05
    sigma: FlowSigma = "training"
