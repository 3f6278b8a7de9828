# SPDX-License-Identifier: MIT
"""The true posterior beside the encoder's guess."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.protocol.recipe.parameter import number
from engine.protocol.recipe.part import Capability, Probe

TestPlace = Annotated[int, number("i", "test example", "Which of the test examples is x.", low=0, high=1_000_000, slider=(0, 99), live=True)]


class Posterior(Probe, frozen=True, tag="posterior"):
    """P(h|x) of one test example by quadrature, as contours of one and two σ, and Q(h|x) as ellipses of one and two σ."""

    title: ClassVar[str] = "P(h|x) and the guess Q"
    help: ClassVar[str] = "Where the two agree the bound is tight; the figure is what it lacks, log P(x) − ELBO = KL(Q ‖ P(h|x))."
    payload: ClassVar[str] = "points"
    slow: ClassVar[bool] = True
    needs: ClassVar[frozenset[Capability]] = frozenset({"posterior", "decode"})

    test: TestPlace = 0
    grid: int = 96
