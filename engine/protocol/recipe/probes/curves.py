# SPDX-License-Identifier: MIT
"""The training curves: no measurement of its own, it shows the scalars that every frame brings."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.part import Probe


class Curves(Probe, frozen=True, tag="curves"):
    """Scalars over steps or seconds, one curve for each name and lane."""

    title: ClassVar[str] = "Curves"
    help: ClassVar[str] = "How the costs change with training."
    payload: ClassVar[str] = "series"

    names: tuple[str, ...] = ("loss",)
    log: bool = False
