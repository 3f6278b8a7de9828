# SPDX-License-Identifier: MIT
"""The flight from the hidden space into the data's."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.protocol.recipe.parameter import number
from engine.protocol.recipe.part import Capability, Flow


class Prior(Flow, frozen=True, tag="prior"):
    """Points set out where h ~ N(0, I) lies on its line or plane, and go straight to g(h)."""

    title: ClassVar[str] = "From the prior"
    help: ClassVar[str] = "Draw h from the prior, and watch where the generator sends it."
    needs: ClassVar[frozenset[Capability]] = frozenset({"decode"})

    steps: Annotated[
        int,
        number("T", "steps", "Pictures of the flight; its end is g(h) whatever their number.",
               low=1, high=10_000, slider=(1, 200), scale="log", role="prior", live=True),
    ] = 40  # fmt: skip
