# SPDX-License-Identifier: MIT
"""What the decoder makes of places in the hidden space: a grid of them, or a walk between two test images."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.part import Capability, Probe


class LatentGrid(Probe, frozen=True, tag="latent-grid"):
    """g(h) for h on a grid of the first two latent dimensions, −3 … 3 standard deviations of the prior."""

    title: ClassVar[str] = "The latent plane, decoded"
    help: ClassVar[str] = "Each image is g(h) for an h of a regular grid; the others dimensions are 0."
    payload: ClassVar[str] = "images"
    needs: ClassVar[frozenset[Capability]] = frozenset({"decode"})

    count: int = 12

    def misfit(self, shape: tuple[int, ...]) -> str | None:
        """Refuse points: a grid of them is no picture."""
        return None if len(shape) == 3 else "a grid is made of images, and these are points"


class Walk(Probe, frozen=True, tag="walk"):
    """From one test image to another, straight in the hidden space (above) and straight in pixels (below)."""

    title: ClassVar[str] = "A walk between two test images"
    help: ClassVar[str] = "Halfway in the hidden space stands another digit; halfway in pixels stand two at once."
    payload: ClassVar[str] = "images"
    needs: ClassVar[frozenset[Capability]] = frozenset({"encode", "decode"})

    frames: int = 11
    start: int = 0  #: places in the test set
    end: int = 1

    def misfit(self, shape: tuple[int, ...]) -> str | None:
        """Refuse points."""
        return None if len(shape) == 3 else "a walk is made of images, and these are points"
