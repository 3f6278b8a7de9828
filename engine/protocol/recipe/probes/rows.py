# SPDX-License-Identifier: MIT
"""Rows of images: clean, noisy, denoised; samples from the prior."""

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
