# SPDX-License-Identifier: MIT
"""Rows of images: clean, noisy, denoised; samples from the prior; the film of a trajectory."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.part import Capability, Probe


class Denoised(Probe, frozen=True, tag="denoised"):
    """Test inputs: clean, noisy, denoised and the predicted noise, one column each."""

    title: ClassVar[str] = "Clean, noisy, denoised"
    help: ClassVar[str] = "Test examples that the network has never trained on."
    payload: ClassVar[str] = "images"
    needs: ClassVar[frozenset[Capability]] = frozenset({"denoise"})

    count: int = 10


class Reconstructed(Probe, frozen=True, tag="reconstructed"):
    """Test inputs and their reconstructions g(μ(x)), one column each."""

    title: ClassVar[str] = "Reconstructions"
    help: ClassVar[str] = "Test examples, encoded and decoded."
    payload: ClassVar[str] = "images"
    needs: ClassVar[frozenset[Capability]] = frozenset({"encode", "decode"})

    count: int = 10


class Samples(Probe, frozen=True, tag="samples"):
    """g(h) for h from the prior N(0, I), always the same h, so that one sees each sample learn."""

    title: ClassVar[str] = "Samples from the prior"
    help: ClassVar[str] = "What the decoder makes of h drawn from N(0, I)."
    payload: ClassVar[str] = "images"
    needs: ClassVar[frozenset[Capability]] = frozenset({"decode"})

    count: int = 64


class Film(Probe, frozen=True, tag="film"):
    """The picked point's x over the updates, with the nearest training image to its end."""

    title: ClassVar[str] = "One point on its way"
    help: ClassVar[str] = "x after 0, 1, 2, … updates."
    payload: ClassVar[str] = "images"
    needs: ClassVar[frozenset[Capability]] = frozenset({"denoise"})

    frames: int = 9

    def misfit(self, shape: tuple[int, ...]) -> str | None:
        """Refuse points: a point on its way is seen on the stage."""
        return None if len(shape) == 3 else "a film is made of images, and these are points"
