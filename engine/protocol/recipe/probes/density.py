# SPDX-License-Identifier: MIT
"""The distribution P(x) that a generator makes, over the plane."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.protocol.recipe.parameter import number
from engine.protocol.recipe.part import Capability, Probe


class Density(Probe, frozen=True, tag="density"):
    """log₁₀ P(x) = log₁₀ ∫ N(x; g(h), ε²I) P(h) dh over the plane of the data, for any generator g."""

    title: ClassVar[str] = "The distribution P(x)"
    help: ClassVar[str] = "Where the generator puts its probability. Slide ε to 0: off the manifold nothing is left."
    payload: ClassVar[str] = "points"
    needs: ClassVar[frozenset[Capability]] = frozenset({"decode"})

    eps: Annotated[
        float,
        number("ε", "blur", "Noise around the manifold; under one pixel it is drawn as one pixel, and the panel says so.",
               low=0.0, high=10.0, slider=(0.0, 0.5), role="noise", live=True),
    ] = 0.1  # fmt: skip
    grid: int = 128

    def misfit(self, shape: tuple[int, ...]) -> str | None:
        """Refuse everything but the plane: elsewhere a density has no picture."""
        return None if shape == (2,) else "a density is drawn over the plane, and these data have other dimensions"
