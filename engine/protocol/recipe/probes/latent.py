# SPDX-License-Identifier: MIT
"""The latent cloud."""

from __future__ import annotations

from typing import Annotated, ClassVar

from engine.protocol.recipe.parameter import option
from engine.protocol.recipe.part import Capability, Probe


class Latent(Probe, frozen=True, tag="latent"):
    """Codes μ(x) in the plane (PCA of the codes where M_hidd > 2, aligned to the last frame), prior circle, ellipses.

    One hidden dimension has a line, with the densities of prior and aggregated posterior above it.
    """

    title: ClassVar[str] = "Latent space"
    help: ClassVar[str] = "Where the encoder puts each x; click or drag, and the decoder shows what stands there."
    payload: ClassVar[str] = "points"
    needs: ClassVar[frozenset[Capability]] = frozenset({"encode"})
    stage: ClassVar[bool] = True

    points: int = 1000
    ellipses: Annotated[bool, option("Σ", "ellipses", "One standard deviation of Q(h|x) around each code.", role="noise", live=True)] = False
    aggregate: Annotated[
        bool, option("", "aggregate", "One standard deviation of all Q(h|x) together, which should be the prior's.", role="learned", live=True)
    ] = False
