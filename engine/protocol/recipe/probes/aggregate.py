# SPDX-License-Identifier: MIT
"""Whether all codes together fill the prior."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.part import Capability, Probe


class Aggregate(Probe, frozen=True, tag="aggregate"):
    """KL(q ‖ N(0, I)) in nats by Monte Carlo, q(h) the mean of Q(h|x) over the training examples: the whole mixture."""

    title: ClassVar[str] = "All codes together"
    help: ClassVar[str] = "0 where the codes of all examples together are distributed like the prior, so that every h from it has a meaning."
    payload: ClassVar[str] = "text"
    slow: ClassVar[bool] = True
    needs: ClassVar[frozenset[Capability]] = frozenset({"posterior"})

    draws: int = 4096
