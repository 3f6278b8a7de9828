# SPDX-License-Identifier: MIT
"""log P(x) of test points by importance sampling."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.protocol.recipe.parameter import number
from engine.protocol.recipe.part import Capability, Probe


class Likelihood(Probe, frozen=True, tag="likelihood"):
    """Mean log P(x) of test points from K = 1 … 1,000 samples (Burda et al. 2016): of a mixed proposal, and of Q alone."""

    title: ClassVar[str] = "Log P(x) of test points"
    help: ClassVar[str] = "More samples K can only raise the expected estimate. Where Q alone stays below, the encoder misses a mode."
    payload: ClassVar[str] = "series"
    slow: ClassVar[bool] = True
    needs: ClassVar[frozenset[Capability]] = frozenset({"posterior", "decode"})

    tests: Annotated[
        int, number("n", "test points", "How many test points the mean is over.", low=1, high=10_000, slider=(8, 256), scale="log", live=True)
    ] = 32
