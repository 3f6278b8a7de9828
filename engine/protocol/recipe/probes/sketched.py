# SPDX-License-Identifier: MIT
"""The user's own drawing, and what the network makes of it."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.part import Probe


class Sketched(Probe, frozen=True, tag="sketched"):
    """The drawing of the sketch pad: encoded and decoded, or made noisy and denoised, whatever the model can."""

    title: ClassVar[str] = "Your drawing"
    help: ClassVar[str] = "Draw on the pad; the network answers while you draw. Until then it is shown a test example."
    payload: ClassVar[str] = "images"

    def misfit(self, shape: tuple[int, ...]) -> str | None:
        """Refuse points."""
        return None if len(shape) == 3 else "a drawing is an image, and these are points"
