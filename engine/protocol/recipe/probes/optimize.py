# SPDX-License-Identifier: MIT
"""What the encoder saves: μ and Σ found for one x alone."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.protocol.recipe.parameter import number
from engine.protocol.recipe.part import Capability, Probe
from engine.protocol.recipe.probes.posterior import TestPlace


class Optimize(Probe, frozen=True, tag="optimize"):
    """μ and Σ of one test example improved by Adam, from the encoder's guess on: its ELBO before, during and after."""

    title: ClassVar[str] = "Optimize μ, Σ for this x"
    help: ClassVar[str] = "The encoder guesses at once what this search finds in 200 steps; the figure is what its guess gives away."
    payload: ClassVar[str] = "series"
    slow: ClassVar[bool] = True
    needs: ClassVar[frozenset[Capability]] = frozenset({"posterior", "decode"})

    test: TestPlace = 0
    steps: Annotated[int, number("T", "steps", "Steps of Adam.", low=1, high=10_000, slider=(10, 1000), scale="log", live=True)] = 200
