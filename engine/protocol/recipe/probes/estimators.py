# SPDX-License-Identifier: MIT
"""With and without the reparameterization trick, on the same minibatch."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.protocol.recipe.parameter import number
from engine.protocol.recipe.part import Capability, Probe


class Estimators(Probe, frozen=True, tag="estimators"):
    """The two estimators of the gradient of E_Q[reconstruction] by μ and ln Σ: histograms of one coordinate, variance ratio."""

    title: ClassVar[str] = "Two gradients of the same cost"
    help: ClassVar[str] = "Both are right on average. Through h_s the decoder says in which direction; by the score it only says how bad."
    payload: ClassVar[str] = "series"
    slow: ClassVar[bool] = True
    needs: ClassVar[frozenset[Capability]] = frozenset({"posterior", "decode"})

    coordinate: Annotated[
        int, number("j", "coordinate", "Which of the gradients by μ and ln Σ has its histogram shown.", low=0, high=1_000_000, slider=(0, 127), live=True)
    ] = 0
    draws: Annotated[
        int, number("K", "draws", "Fresh noises ε_s for each example.", low=64, high=1_000_000, slider=(256, 10_000), scale="log", role="noise", live=True)
    ] = 4096
