# SPDX-License-Identifier: MIT
"""Where the M_hidd-dimensional space is: inside the denoiser."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.part import Capability, Probe


class Inner(Probe, frozen=True, tag="inner"):
    """PCA of the narrowest layer's activations over the data, with the newest point's way through it."""

    title: ClassVar[str] = "Inside the denoiser"
    help: ClassVar[str] = "The activations of the narrowest layer, in the plane of their largest variance."
    payload: ClassVar[str] = "points"
    needs: ClassVar[frozenset[Capability]] = frozenset({"denoise", "narrowest"})

    points: int = 1000


class Spectrum(Probe, frozen=True, tag="spectrum"):
    """Singular values of ∂D/∂x at the point under the cursor; how many exceed ½ is the local dimension at this σ."""

    title: ClassVar[str] = "Directions that the denoiser keeps"
    help: ClassVar[str] = "Near 1: along the manifold, kept. Near 0: off it, taken away as noise."
    payload: ClassVar[str] = "bars"
    needs: ClassVar[frozenset[Capability]] = frozenset({"denoise"})

    most: int = 12
    tests: int = 32  #: test points whose median local dimension is told


class SpectrumWay(Probe, frozen=True, tag="spectrum-way"):
    """The largest singular values of ∂D/∂x along the way of the newest point: how many exceed ½ where."""

    title: ClassVar[str] = "Directions kept, along the way"
    help: ClassVar[str] = "Far from the manifold the denoiser keeps little. Where the point arrives, the manifold's own directions are left."
    payload: ClassVar[str] = "series"
    needs: ClassVar[frozenset[Capability]] = frozenset({"denoise"})

    most: int = 5
    places: int = 12  #: of the way, evenly chosen
