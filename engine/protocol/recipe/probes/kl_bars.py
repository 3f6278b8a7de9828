# SPDX-License-Identifier: MIT
"""What each latent dimension pays."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.part import Capability, Probe


class KlBars(Probe, frozen=True, tag="kl-bars"):
    """KL per latent dimension in nats, split into its two pulls ½μ² and ½(Σ − ln Σ − 1); how many dimensions are active."""

    title: ClassVar[str] = "KL per latent dimension"
    help: ClassVar[str] = "One part draws the mean to 0, the other the variance to 1. A dimension that pays nothing carries nothing."
    payload: ClassVar[str] = "bars"
    needs: ClassVar[frozenset[Capability]] = frozenset({"posterior"})

    most: int = 16  #: bars shown; the largest where there are more
