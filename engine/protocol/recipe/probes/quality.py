# SPDX-License-Identifier: MIT
"""How far a lane's samples are from the data, as one figure."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.part import Probe


class Quality(Probe, frozen=True, tag="quality"):
    """√(energy distance of the lane's samples to held-out data / that of two equal draws of the data): 1 is perfect."""

    title: ClassVar[str] = "Distance from the data"
    help: ClassVar[str] = "How well samples of this lane, made by its flow, mingle with data that nobody trained on. 1 is perfect."
    payload: ClassVar[str] = "text"
