# SPDX-License-Identifier: MIT
"""Memorize or generalize: where points come to rest, against σ or against the number of training examples."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec

from engine.protocol.recipe.parameter import option
from engine.protocol.recipe.part import Capability, Probe


class Memorize(Probe, frozen=True, tag="memorize"):
    """The part of the ends that are copies of a training example, learned and exact, beside what chance would give.

    An end is a copy if an example lies within 0.2 of the median distance between nearest training examples. For each value a
    network of the lane's recipe is trained; the chart fills as they finish. Switched off, or hidden, it is broken off.

    Not beyond three times the spacing of the data: there all points come to a few ends, and whether one of these lies beside
    an example is luck, which says nothing of memory.
    """

    title: ClassVar[str] = "Memorize or generalize"
    help: ClassVar[str] = "How many points end on a training example. Held-out examples show how many would by chance."
    payload: ClassVar[str] = "series"
    needs: ClassVar[frozenset[Capability]] = frozenset({"denoise"})

    against: Literal["sigma", "n"] = "sigma"
    values: Annotated[tuple[float, ...], msgspec.Meta(max_length=40)] = (0.02, 0.03, 0.05, 0.07, 0.1, 0.15)  #: σ, or N
    steps: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 2000  #: for which each network is trained
    starts: Annotated[int, msgspec.Meta(ge=1, le=5000)] = 200  #: points sent out for each value
    going: Annotated[bool, option("▶", "compute", "Off breaks the computation off. What was found by then stays.", role="exact", live=True)] = True


class Copies(Probe, frozen=True, tag="copies"):
    """The part of the ends that are copies of a training example at the present weights and σ; of the exact ones; by chance."""

    title: ClassVar[str] = "Ends on a training example"
    help: ClassVar[str] = "Points set out beside training examples, and take 400 updates. How many come to rest on one of them?"
    payload: ClassVar[str] = "text"
    needs: ClassVar[frozenset[Capability]] = frozenset({"denoise"})

    starts: Annotated[int, msgspec.Meta(ge=1, le=5000)] = 500
