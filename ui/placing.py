# SPDX-License-Identifier: MIT
"""Which panels suit an experiment: those that its chapter asks for, or a set of our own where they do not fit. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from engine.protocol.chapter import Place
from engine.protocol.recipe.experiment import Experiment, Lane
from engine.protocol.recipe.probes import PROBES, Panel
from engine.protocol.recipe.probes.curves import Curves
from engine.protocol.recipe.probes.latent import Latent
from engine.protocol.recipe.probes.stage import Stage

BELOW: Final = 3  #: panels of our own below the stage of a single lane


def places_for(experiment: Experiment, wanted: Iterable[Place] = ()) -> tuple[Place, ...]:
    """Of the wanted panels those that suit models and data; our own where no wanted stage does (another model, a recipe)."""
    fitting = tuple(place for place in wanted if suits(place, experiment))
    if any(place.place == "stage" for place in fitting):
        return fitting
    return tuple(place for lane in experiment.lanes for place in _own(lane, experiment))


def suits(panel: Panel, experiment: Experiment) -> bool:
    """Whether the model of its lane can give what a panel shows, of examples of this shape."""
    lane = next((lane for lane in experiment.lanes if panel.lane in ("", lane.name)), None)
    return (
        lane is not None
        and panel.probe.needs <= lane.recipe.model.can
        and panel.probe.misfit(experiment.data.shape) is None
    )


def _own(lane: Lane, experiment: Experiment) -> list[Place]:
    """Panels for a lane that no chapter speaks of: what moves on the stage, below it curves and images."""
    several = len(experiment.lanes) > 1
    name = lane.name if several else ""
    key = f"{lane.name}-"[:20] if several else ""
    curves = Curves(names=lane.recipe.objective.terms or ("loss",))
    kinds = [kind for kind in PROBES if kind is not Curves]
    candidates = [Place(key=f"{key}{kind.__struct_config__.tag}", probe=kind(), lane=name) for kind in kinds]
    fitting = [place for place in candidates if suits(place, experiment)]
    first = next((place for place in fitting if isinstance(place.probe, (Stage, Latent))), fitting[0] if fitting else None)
    costs = Place(key=f"{key}curves", probe=curves, lane=name)
    if first is None:
        return [Place(key=costs.key, probe=curves, lane=name, place="stage")]
    stage = Place(key=first.key, probe=first.probe, lane=name, place="stage")
    rest = [place for place in fitting if place is not first and not isinstance(place.probe, (Stage, Latent))]
    return [stage, costs, *rest[: 0 if several else BELOW - 1]]
