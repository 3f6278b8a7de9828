# SPDX-License-Identifier: MIT
"""The network itself."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.part import Probe
from engine.protocol.recipe.probes.posterior import TestPlace


class Anatomy(Probe, frozen=True, tag="anatomy"):
    """The layers from input to output while one test example passes, with the narrowest lit; a VAE's has 2·M_hidd outputs."""

    title: ClassVar[str] = "Anatomy of the network"
    help: ClassVar[str] = "Each box is a layer, each cell a unit's present activation for one test example."
    payload: ClassVar[str] = "graph"

    test: TestPlace = 0
