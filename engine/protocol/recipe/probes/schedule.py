# SPDX-License-Identifier: MIT
"""How σ falls while a flow goes on."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.part import Capability, Probe


class Schedule(Probe, frozen=True, tag="schedule"):
    """σ before each update of the flow, and after the last; and η = 1 − σ'/σ, the step that is taken then."""

    title: ClassVar[str] = "How σ falls"
    help: ClassVar[str] = "The update at one σ, or with a σ that falls to 0: then the step η is what takes x from one σ to the next. Drag the curve to bend it."
    payload: ClassVar[str] = "series"
    needs: ClassVar[frozenset[Capability]] = frozenset({"denoise"})
