# SPDX-License-Identifier: MIT
"""Which panels suit an experiment: those that its chapter asks for, or a set of our own where they do not fit. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from engine.protocol.chapter import Place
from engine.protocol.recipe.experiment import Experiment, Lane
from engine.protocol.recipe.probes import PROBES, Panel
from engine.protocol.recipe.probes.curves import Curves
from engine.protocol.recipe.probes.latent import Latent
from engine.protocol.recipe.probes.stage import Stage

BELOW: Final = 3  #: panels of our own below the stage of a single lane


def places_for(experiment: Experiment, wanted: Iterable[Place] = (), written: Sequence[str] = ()) -> tuple[Place, ...]:
    """Of the wanted panels those that suit models and data; our own where no wanted stage does (another model, a recipe).

    `written` names the lanes for which the panels were meant: where one of them is A and B now, its panels are twins.
    """
    twins = (twin for place in wanted for twin in _twins(place, experiment, tuple(written)))
    fitting = tuple(place for place in twins if suits(place, experiment))
    if any(place.place == "stage" for place in fitting):
        return fitting
    return tuple(place for lane in experiment.lanes for place in _own(lane, experiment))


def _twins(place: Place, experiment: Experiment, written: tuple[str, ...]) -> Iterator[Place]:
    """The panel as it is; of a lane that was doubled one for each of the two. Curves share one panel where all lanes do."""
    present = tuple(lane.name for lane in experiment.lanes)
    meant = place.lane or (written[0] if written else "")
    heirs = tuple(name for name in present if len(written) == 1 or name.startswith(f"{meant} "))
    if not written or meant in present or len(heirs) < 2:
        yield place
    elif isinstance(place.probe, Curves) and (not place.lane or len(written) == 1):
        yield msgspec.structs.replace(place, lane="")
    else:
        title = place.title or type(place.probe).title
        for number, name in enumerate(heirs):
            yield msgspec.structs.replace(place, key=f"{place.key[:36]}-{'abcd'[number]}", lane=name, title=f"{title} · {name}")


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
