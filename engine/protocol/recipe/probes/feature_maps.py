# SPDX-License-Identifier: MIT
"""What each convolution sees."""

from __future__ import annotations

from typing import ClassVar

from engine.protocol.recipe.part import Capability, Probe
from engine.protocol.recipe.probes.posterior import TestPlace


class FeatureMaps(Probe, frozen=True, tag="feature-maps"):
    """The first feature maps of each convolution while one test example (or the drawing) passes, a row for each layer."""

    title: ClassVar[str] = "Feature maps"
    help: ClassVar[str] = "Each image is one channel's activations, from its lowest (black) to its highest value (white)."
    payload: ClassVar[str] = "images"
    needs: ClassVar[frozenset[Capability]] = frozenset({"maps"})

    test: TestPlace = 0
    channels: int = 8  #: shown of each layer
