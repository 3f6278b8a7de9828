# SPDX-License-Identifier: MIT
"""The update with a falling σ: the diffusion sampler."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

import msgspec

from engine.protocol.recipe.parameter import number
from engine.protocol.recipe.part import Capability, Flow

Steps = Annotated[
    int,
    number("T", "steps", "Updates from start to end.", low=1, high=10_000, slider=(5, 200), scale="log", role="noise", live=True),
]


class Anneal(Flow, frozen=True, tag="anneal"):
    """The update with η = 1 − σ'/σ while σ falls to 0: a step of DDIM (Song et al. 2021)."""

    title: ClassVar[str] = "Anneal σ"
    help: ClassVar[str] = "The same update from pure noise, with a σ that falls at every step."
    needs: ClassVar[frozenset[Capability]] = frozenset({"anneal"})

    start: Annotated[
        float,
        number("σ_T", "noise at the start", "The σ of the pure noise from which points set out.",
               low=1e-3, high=1000.0, slider=(0.1, 100.0), scale="log", role="noise", live=True),
    ] = 10.0  # fmt: skip
    end: Annotated[
        float,
        number("σ_0", "noise at the end", "The σ of the last denoising; after it comes 0.",
               low=1e-4, high=10.0, slider=(1e-3, 1.0), scale="log", role="noise", live=True),
    ] = 0.01  # fmt: skip
    bend: Annotated[
        float,
        number("ρ", "bend of the schedule", "1 lets σ fall evenly; more of it spends more of the steps at small σ.",
               low=0.2, high=20.0, slider=(1.0, 10.0), role="noise", live=True),
    ] = 7.0  # fmt: skip
    steps: Steps = 50


EDGE: Final = 0.04  #: of the steps: so near to its beginning the curve of σ is taken by its start
BENDS: Final = (0.2, 20.0)
HALVINGS: Final = 40


def reshaped(flow: Anneal, update: float, sigma: float) -> tuple[str, float]:
    """The one value, by its name, that leads the curve of σ to this place: `start` at its beginning, else `bend`.

    σ after a share t of the steps is (σ_T^(1/ρ) + t (σ_0^(1/ρ) − σ_T^(1/ρ)))^ρ (Karras et al. 2022, eq. 5), and falls with ρ.
    """
    share = update / max(1, flow.steps - 1)
    if share < EDGE:
        return "start", float(f"{min(max(sigma, 2 * flow.end), 1000.0):.3g}")
    low, high = BENDS
    for _ in range(HALVINGS):
        bend = (low + high) / 2
        if sigma_at(msgspec.structs.replace(flow, bend=bend), min(share, 1 - EDGE)) > sigma:
            low = bend
        else:
            high = bend
    return "bend", float(f"{(low + high) / 2:.3g}")


def sigma_at(flow: Anneal, share: float) -> float:
    """σ after a share 0 … 1 of the steps."""
    first, last = flow.start ** (1 / flow.bend), min(flow.start, flow.end) ** (1 / flow.bend)
    return float((first + share * (last - first)) ** flow.bend)
