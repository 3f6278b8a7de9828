# SPDX-License-Identifier: MIT
"""The points of the stage as images: one on its way, or many at a time."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from engine.protocol.recipe.part import Capability, Probe


class Film(Probe, frozen=True, tag="film"):
    """The newest point's x over the updates, and under each state the nearest training image with its distance."""

    title: ClassVar[str] = "One point on its way"
    help: ClassVar[str] = "x after 0, 1, 2, … updates, above the training image that is nearest to it. Closest is not original."
    payload: ClassVar[str] = "images"
    needs: ClassVar[frozenset[Capability]] = frozenset({"denoise"})

    frames: Annotated[int, msgspec.Meta(ge=2, le=64)] = 9

    def misfit(self, shape: tuple[int, ...]) -> str | None:
        """Refuse points: a point on its way is seen on the stage."""
        return None if len(shape) == 3 else "a film is made of images, and these are points"


class Gathering(Probe, frozen=True, tag="gathering"):
    """The newest points of the stage as a grid of images: noise becomes samples."""

    title: ClassVar[str] = "The points, as images"
    help: ClassVar[str] = "Every point on the stage is an image. Scatter noise, and watch what becomes of it."
    payload: ClassVar[str] = "images"
    needs: ClassVar[frozenset[Capability]] = frozenset({"denoise"})

    count: Annotated[int, msgspec.Meta(ge=1, le=400)] = 64

    def misfit(self, shape: tuple[int, ...]) -> str | None:
        """Refuse points."""
        return None if len(shape) == 3 else "these are points, and they are seen on the stage"
