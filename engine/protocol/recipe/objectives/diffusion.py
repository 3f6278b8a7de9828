# SPDX-License-Identifier: MIT
"""The diffusion model's cost: the DAE's, at many σ at once."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.protocol.recipe.parameter import number
from engine.protocol.recipe.part import Objective


class Diffusion(Objective, frozen=True, tag="diffusion"):
    """E λ(σ)‖x − D(x + σn, σ)‖², ln σ/σ_data ~ N(P_mean, P_std²), λ = (σ² + σ_data²)/(σ σ_data)² (Karras et al. 2022).

    σ_data is the standard deviation of the training examples, so that the same values suit points and images.
    """

    title: ClassVar[str] = "Denoising at all σ"
    help: ClassVar[str] = "Give back the clean x, whatever the noise; every σ counts about the same."
    terms: ClassVar[tuple[str, ...]] = ("floor",)

    p_mean: Annotated[
        float,
        number("P_mean", "middle of ln σ", "Mean of ln σ/σ_data: the noise that training looks at most.",
               low=-10.0, high=10.0, slider=(-3.0, 1.0), role="noise", live=True),
    ] = -1.0  # fmt: skip
    p_std: Annotated[
        float,
        number("P_std", "spread of ln σ", "Standard deviation of ln σ.", low=0.0, high=10.0, slider=(0.1, 3.0), role="noise", live=True),
    ] = 1.5  # fmt: skip
