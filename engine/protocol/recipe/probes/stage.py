# SPDX-License-Identifier: MIT
"""The stage on which points move toward the manifold."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.protocol.recipe.part import Probe


class Stage(Probe, frozen=True, tag="stage"):
    """Data, points and tails, arrows −η(x − D(x)), a colored ground; the plane is the data's own, or the PCA plane of images.

    A point that has come to rest takes the color of its attractor. Where a generator plays, the hidden space is drawn as a
    line or by the prior's circles, and points fly from there to g(h).
    """

    title: ClassVar[str] = "The stage"
    help: ClassVar[str] = "Click to place a point, drag to spray; a denoiser moves each by x' = x − η(x − DAE(x)), a generator takes it to g(h)."
    payload: ClassVar[str] = "points"
    stage: ClassVar[bool] = True

    arrows: bool = True
    grid: int = 20
    ground: Literal["", "basins", "number", "density"] = ""  #: attractor reached, effective number, log p_σ
