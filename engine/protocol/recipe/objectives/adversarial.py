# SPDX-License-Identifier: MIT
"""The costs of generator and discriminator."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.protocol.recipe.parameter import number
from engine.protocol.recipe.part import Objective


class Adversarial(Objective, frozen=True, tag="adversarial"):
    """Non-saturating costs (Goodfellow et al. 2014) with the penalty R₁ on the data (Mescheder et al. 2018).

    Discriminator: E ln(1 + e^{−D(x)}) + E ln(1 + e^{D(g(h))}) + γ/2 E‖∇D(x)‖²; generator: E ln(1 + e^{−D(g(h))}).
    """

    title: ClassVar[str] = "Adversarial"
    help: ClassVar[str] = "One network makes examples, the other tells them from the data's."
    terms: ClassVar[tuple[str, ...]] = ("loss_generator", "loss_discriminator")

    r1: Annotated[
        float,
        number("γ", "gradient penalty", "R₁ keeps the discriminator flat at the data, so that the game comes to rest.",
               low=0.0, high=1e4, slider=(0.001, 10.0), scale="log", role="prior", live=True),
    ] = 0.1  # fmt: skip
