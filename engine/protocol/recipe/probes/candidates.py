# SPDX-License-Identifier: MIT
"""Which training examples a noisy x may come from."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.part import Probe


class Candidates(Probe, frozen=True, tag="candidates"):
    """The largest P(x_i|x) for the point under the cursor, with thumbnails, and the effective number of candidates exp(H)."""

    title: ClassVar[str] = "Where does x come from? P(xᵢ|x)"
    help: ClassVar[str] = "Small σ: one clear winner. Large σ: everybody, and the answer is the mean."
    payload: ClassVar[str] = "bars"

    most: int = 10


class EffectiveNumber(Probe, frozen=True, tag="effective-number"):
    """The effective number of candidates exp(H(P(·|x))) over the plane, 1 … N, on a logarithmic scale."""

    title: ClassVar[str] = "Effective number of candidates"
    help: ClassVar[str] = "Where it is 1, a single training example attracts; where it is N, the mean does."
    payload: ClassVar[str] = "points"

    grid: int = 64
