# SPDX-License-Identifier: MIT
"""A chapter as a frozen value: an experiment, what is to be seen of it, the text in steps, and the point it makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal, NamedTuple

import msgspec
from msgspec import Meta

from engine.protocol.prose import ROLES, unknown_roles
from engine.protocol.recipe.editing import CHOOSERS, SHARED, parameters
from engine.protocol.recipe.experiment import Experiment
from engine.protocol.recipe.parameter import Role
from engine.protocol.recipe.part import Capability, Probe
from engine.protocol.recipe.probes import Panel
from engine.protocol.recipe.probes.aggregate import Aggregate
from engine.protocol.recipe.probes.curves import Curves
from engine.protocol.recipe.probes.estimators import Estimators
from engine.protocol.recipe.probes.likelihood import Likelihood
from engine.protocol.recipe.probes.memorize import Copies
from engine.protocol.recipe.probes.near import Near
from engine.protocol.recipe.probes.quality import Quality
from engine.protocol.recipe.probes.within import Spectrum


class Figure(NamedTuple):
    """A figure that is no scalar of the training: the probe that measures it, and what the model must be able to do."""

    probe: Probe
    needs: frozenset[Capability]


#: Over x = x_i + σn, x_i from the training set: rms √E‖DAE(x) − exact(x)‖², validation E‖x_i − DAE(x)‖². All others as their
#: probes say.
FIGURES: Final[dict[str, Figure]] = {
    "rms": Figure(Curves(names=("rms",)), frozenset({"denoise"})),
    "validation": Figure(Curves(names=("validation",)), frozenset({"denoise"})),
    "near": Figure(Near(), Near.needs),
    "aggregate_kl": Figure(Aggregate(), Aggregate.needs),
    "variance_ratio": Figure(Estimators(), Estimators.needs),
    "bound_gap": Figure(Likelihood(tests=64), Likelihood.needs),
    "local_dimension": Figure(Spectrum(), Spectrum.needs),
    "distance": Figure(Quality(), Quality.needs),
    "copies": Figure(Copies(), Copies.needs),
}

Line = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\A[^\n]+\Z")]
Prose = Annotated[str, Meta(max_length=10_000)]


class Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The base of everything that a chapter's file says."""


class Point(Sheet, frozen=True, kw_only=True):
    """What the chapter shows, as a figure that keeps a bound after so many steps: a scalar's name, or one of FIGURES.

    A scalar is the mean of the last hundred steps. The bound holds in every lane that has the figure, or in the one named.
    """

    figure: Line
    lane: str = ""
    steps: Annotated[int, Meta(ge=1, le=10_000_000)]
    at_most: float | None = None
    at_least: float | None = None

    def __post_init__(self) -> None:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("expected either at_most or at_least")

    def holds(self, value: float) -> bool:
        """Whether the figure keeps the bound."""
        return (self.at_most is None or value <= self.at_most) and (self.at_least is None or value >= self.at_least)


class Place(Panel, frozen=True, kw_only=True):
    """A panel and where it stands: on the stage, or in the row below it.

    A panel below that does not fit the data waits until data are chosen that it fits.
    """

    place: Literal["stage", "below"] = "below"

    @property
    def panel(self) -> Panel:
        """The part of it that the engine is told."""
        return Panel(key=self.key, probe=self.probe, lane=self.lane, title=self.title)


class Words(Sheet, frozen=True, kw_only=True):
    """What one step of a chapter says: read in ten seconds, and a question to try."""

    title: Line
    text: Prose  #: see `engine.protocol.prose`; the formula stands after its first paragraph
    question: Prose = ""

    def __post_init__(self) -> None:
        for role in (*unknown_roles(self.text), *unknown_roles(self.question)):
            raise ValueError(f"“{role}” colors words and is no role; roles are {', '.join(ROLES)}")


class Passage(Words, frozen=True, kw_only=True):
    """One step of a chapter: its words, its one formula, and the controls that it speaks of."""

    formula: Annotated[str, Meta(max_length=500)] = ""  #: LaTeX
    colors: dict[str, Role] = {}  #: symbol of the formula → role
    light: tuple[str, ...] = ()  #: paths of the controls to light

    def __post_init__(self) -> None:
        super().__post_init__()
        for symbol in self.colors:
            if symbol not in self.formula:
                raise ValueError(f"colors “{symbol}”, which is not in the formula")


class Translation(Sheet, frozen=True, kw_only=True):
    """A chapter's texts in another language; the structure stands once, in the chapter itself."""

    title: Line
    steps: tuple[Words, ...]
    panels: dict[str, Line] = {}  #: key → title


class Chapter(Sheet, frozen=True, kw_only=True):
    """One chapter of the lecture: an experiment, what is to be seen of it, and the text."""

    key: Annotated[str, Meta(max_length=40, pattern=r"\A[a-z][a-z0-9-]*\Z")]
    number: Annotated[int, Meta(ge=1, le=999)]
    title: Line
    point: Point
    experiment: Experiment
    panels: Annotated[tuple[Place, ...], Meta(min_length=1, max_length=12)]
    controls: tuple[str, ...]  #: parameters in view; the others wait behind “more”
    hide: tuple[str, ...] = ()  #: parameters not to be seen at all
    together: tuple[str, ...] = ()  #: parameters that all lanes have in common: who changes one changes it in every lane
    steps: Annotated[tuple[Passage, ...], Meta(min_length=1, max_length=40)]


def controls_of(experiment: Experiment) -> frozenset[str]:
    """Every path that a chapter may show, hide or light: `section.field`; for a lane's own also with its name before it."""
    paths = set(CHOOSERS)
    for lane in experiment.lanes:
        found = {*CHOOSERS, *(parameter.path for parameter in parameters(experiment, lane.name))}
        paths |= found | {f"{lane.name}.{path}" for path in found if path.split(".")[0] not in SHARED}
    return frozenset(paths)


def faults(chapter: Chapter) -> Iterator[tuple[str, str]]:
    """What no single limit can see: (field, reason), the first thing first."""
    yield from _panel_faults(chapter)
    known = controls_of(chapter.experiment)
    lights = {f"step {number}: light": passage.light for number, passage in enumerate(chapter.steps, 1)}
    shown = {"controls": chapter.controls, "hide": chapter.hide, "together": chapter.together}
    for field, paths in {**shown, **lights}.items():
        for path in paths:
            if path not in known:
                yield field, f"“{path}” is no parameter of this experiment"
            elif field == "hide" and path in chapter.controls:
                yield field, f"“{path}” is among the controls too"
            elif field in lights and path not in chapter.controls:
                yield field, f"“{path}” is not among the controls, so nobody would see it lit"
    figures, point = {"loss"}, chapter.point
    if point.lane not in ("", *(lane.name for lane in chapter.experiment.lanes)):
        yield "point.lane", f"there is no lane “{point.lane}”"
    for lane in (lane for lane in chapter.experiment.lanes if point.lane in ("", lane.name)):
        figures.update(lane.recipe.objective.terms)
        figures.update(name for name, figure in FIGURES.items() if figure.needs <= lane.recipe.model.can)
    if point.figure not in figures:
        yield "point.figure", f"“{point.figure}” is not measured here; {', '.join(sorted(figures))} are"


def _panel_faults(chapter: Chapter) -> Iterator[tuple[str, str]]:
    lanes = {"": chapter.experiment.lanes[0], **{lane.name: lane for lane in chapter.experiment.lanes}}
    keys = [panel.key for panel in chapter.panels]
    for panel in chapter.panels:
        field = f"panel “{panel.key}”"
        if keys.count(panel.key) > 1:
            yield field, "two panels have this key"
        if panel.lane not in lanes:
            yield f"{field}: lane", f"there is no lane “{panel.lane}”"
            continue
        model = lanes[panel.lane].recipe.model
        missing = sorted(panel.probe.needs - model.can)
        if missing:
            yield f"{field}: probe", f"“{panel.probe.kind}” needs a model that can {missing[0]}, and a {model.kind} cannot"
        misfit = panel.probe.misfit(chapter.experiment.data.shape)
        if misfit and panel.place == "stage":
            yield f"{field}: probe", f"“{panel.probe.kind}” does not fit “{chapter.experiment.data.name}”: {misfit}"
    if all(panel.place != "stage" for panel in chapter.panels):
        yield "panels", "none of them stands on the stage"
