# SPDX-License-Identifier: MIT
"""The base classes of the parts of a recipe: frozen values with a name and declared parameters."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Literal

import msgspec

from engine.protocol.recipe.training import Training

#: What a network can do: each word is a method of `engine.models.network.Network`, but for "anneal": it denoises at every σ.
Capability = Literal["encode", "decode", "denoise", "anneal", "discriminate", "posterior", "narrowest", "maps"]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """A part of a recipe, chosen by its `kind`."""

    title: ClassVar[str]
    help: ClassVar[str]

    @property
    def kind(self) -> str:
        """The name that chooses this part in a recipe."""
        return str(self.__struct_config__.tag)


class Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="name"):
    """A data set: how many examples of which shape. The examples themselves are made by `engine.data`."""

    title: ClassVar[str]
    help: ClassVar[str]
    dimension: ClassVar[int | None] = None  #: the known dimension of the manifold, None where unknown
    classes: ClassVar[tuple[str, ...]] = ()
    latents: ClassVar[int] = 0  #: numbers of the known h of each example, 0 where it is unknown

    @property
    def name(self) -> str:
        """The name that chooses this data set in a recipe."""
        return str(self.__struct_config__.tag)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one example: (M,) for points, (channels, height, width) for images."""
        raise NotImplementedError

    @property
    def examples(self) -> tuple[int, int]:
        """The number of training and of test examples."""
        raise NotImplementedError


class Objective(Part, frozen=True):
    """What the training minimizes."""

    terms: ClassVar[tuple[str, ...]] = ()  #: the columns that it adds to metrics.csv, beside `loss`


class Flow(Part, frozen=True):
    """How points move: a generator of states."""

    needs: ClassVar[frozenset[Capability]] = frozenset({"denoise"})


class Model(Part, frozen=True):
    """A network, or an exact answer that plays the part of one."""

    objective: ClassVar[type[Objective]]  #: what it trains with
    flow: ClassVar[Flow]  #: how its points move, unless a recipe says otherwise
    training: ClassVar[Training] = Training()  #: how it trains, unless a recipe says otherwise
    #: What a recipe that leaves it out takes instead where the data are points, by section.
    on_points: ClassVar[Mapping[str, Mapping[str, int | float]]] = MappingProxyType({})
    can: ClassVar[frozenset[Capability]]

    def misfit(self, data: Data) -> str | None:
        """Why this model cannot work on such data; None where it can."""
        return None

    def portion(self, shape: tuple[int, ...]) -> int:
        """How many examples of `shape` a part of a training step takes, unless a recipe says otherwise; 0 for the whole batch.

        It depends on nothing but recipe and data: a fast machine and a slow one make the same bits.
        """
        return 0


class Probe(Part, frozen=True):
    """A measurement that a panel shows."""

    payload: ClassVar[str]  #: the name of the payload type that chooses the view
    needs: ClassVar[frozenset[Capability]] = frozenset()
    stage: ClassVar[bool] = False  #: wants the full frame rate
    slow: ClassVar[bool] = False  #: beside a training its picture of the weights may be seconds old: the panel says of which step

    def misfit(self, shape: tuple[int, ...]) -> str | None:
        """Why this probe has nothing to show of examples of `shape`; None where it has."""
        return None
