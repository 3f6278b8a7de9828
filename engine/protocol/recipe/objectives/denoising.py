# SPDX-License-Identifier: MIT
"""The denoising autoencoder's cost, with its corruption noise σ."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.protocol.recipe.parameter import number
from engine.protocol.recipe.part import Objective

Sigma = Annotated[
    float,
    number("σ", "noise", "Standard deviation of the noise that is added to x; training and exact denoiser share it.",
           low=0.0, high=1000.0, slider=(0.01, 10.0), scale="log", role="noise", live=True),
]  # fmt: skip


class Denoising(Objective, frozen=True, tag="denoising"):
    """Σ_i Σ_k ‖x_i − DAE(x_i + ε_k)‖², ε_k ~ N(0, σ²I), per example (Vincent 2011)."""

    title: ClassVar[str] = "Denoising"
    help: ClassVar[str] = "Give back the clean x from a noisy one."
    terms: ClassVar[tuple[str, ...]] = ("floor",)

    sigma: Sigma = 0.3
    copies: Annotated[
        int,
        number("K", "copies", "Fresh noises for each example in a minibatch.", low=1, high=64, slider=(1, 16), role="noise"),
    ] = 1  # fmt: skip
