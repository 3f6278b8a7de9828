# SPDX-License-Identifier: MIT
"""Experiment, Lane, Recipe: the whole of what the user chose, as one frozen value."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from engine.protocol.recipe.data import AnyData
from engine.protocol.recipe.flows import AnyFlow
from engine.protocol.recipe.models import AnyModel
from engine.protocol.recipe.objectives import AnyObjective
from engine.protocol.recipe.parameter import number
from engine.protocol.recipe.training import Training

VERSION = 1
MAX_LANES = 4

Seed = Annotated[
    int,
    number("", "seed", "Everything random derives from it: data, weights, batches, noise.",
           low=0, high=2**31 - 1, slider=(0, 9999), role="data"),
]  # fmt: skip


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One lane's network, cost, flow and training."""

    model: AnyModel
    objective: AnyObjective
    flow: AnyFlow
    training: Training = Training()


class Lane(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A named recipe: one of the runs that an experiment puts side by side."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[^./\\\x00-\x1f]+$")]
    recipe: Recipe


class Experiment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One to four lanes, and what they share: the data and the seed."""

    data: AnyData
    lanes: Annotated[tuple[Lane, ...], msgspec.Meta(min_length=1, max_length=MAX_LANES)]
    seed: Seed = 3
    share: Literal["time", "steps"] = "time"  #: what the lanes share equally; an A/B pair shares steps
    version: int = VERSION

    def lane(self, name: str) -> Lane:
        """The lane called `name`; KeyError where there is none."""
        for lane in self.lanes:
            if lane.name == name:
                return lane
        raise KeyError(name)


def encode(experiment: Experiment) -> bytes:
    """The experiment as indented JSON, UTF-8: the text of recipe.json and of “copy recipe”."""
    return msgspec.json.format(msgspec.json.encode(experiment), indent=2) + b"\n"


def schema() -> dict[str, Any]:
    """The JSON Schema of an experiment, with every parameter's limits, label and help."""
    return msgspec.json.schema(Experiment)
