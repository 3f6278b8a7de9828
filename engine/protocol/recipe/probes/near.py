# SPDX-License-Identifier: MIT
"""Whether samples lie on the manifold, where it is known."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.part import Probe


class Near(Probe, frozen=True, tag="near"):
    """The share of a lane's samples, ends of its flow, that lie near the curve from which the data were made."""

    title: ClassVar[str] = "On the curve"
    help: ClassVar[str] = "How many samples lie as near to the noise-free curve as `radius`."
    payload: ClassVar[str] = "text"

    count: int = 300
    radius: float = 0.1

    def misfit(self, shape: tuple[int, ...]) -> str | None:
        """Refuse images: nobody knows their curve."""
        return None if len(shape) == 1 else "nobody knows the curve on which images lie"
