# SPDX-License-Identifier: MIT
"""The stage on which points move toward the manifold."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.part import Capability, Probe


class Stage(Probe, frozen=True, tag="stage"):
    """Data, points and tails, arrows −η(x − D(x)), basins; the plane is the data's own, or the PCA plane of images.

    A point that has come to rest takes the color of its attractor.
    """

    title: ClassVar[str] = "The stage"
    help: ClassVar[str] = "Click to place a point, drag to spray; each moves by x' = x − η(x − DAE(x))."
    payload: ClassVar[str] = "points"
    needs: ClassVar[frozenset[Capability]] = frozenset({"denoise"})
    stage: ClassVar[bool] = True

    arrows: bool = True
    grid: int = 20
    basins: bool = False  #: color the plane by the attractor that each place leads to
