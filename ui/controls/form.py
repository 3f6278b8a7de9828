# SPDX-License-Identifier: MIT
"""The recipe panel, made from the declarations of the parameters and from nothing else."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from engine.protocol.recipe.data import DATA
from engine.protocol.recipe.editing import SHARED, parameters, value_at
from engine.protocol.recipe.experiment import Experiment, Recipe
from engine.protocol.recipe.flows.anneal import Anneal
from engine.protocol.recipe.flows.update import Update
from engine.protocol.recipe.models import MODELS
from engine.protocol.recipe.parameter import Parameter
from engine.protocol.recipe.part import Model, Part
from ui.controls.buttons import IconButton
from ui.controls.datashelf import DataShelf
from ui.controls.dressed import Dressed
from ui.controls.fields import ChoiceField, EitherField, Field, field_for
from ui.controls.labels import Label
from ui.controls.rows import FormRow, Sheet
from ui.controls.sections import Section
from ui.controls.segments import Option, Segmented
from ui.theme import theme_of

SEEDS: Final = 10_000  #: the dice throws one of these: short enough to read out


class Form(Dressed):
    """Every parameter of one lane as a row; the chapter says which of them are in sight."""

    edited = Signal(str, object, bool)  #: path, value, and whether the hand still holds it
    lane_chosen = Signal(str)
    painting = Signal()  #: one's own points are wanted

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.lane = ""
        self.lane_choice: Segmented | None = None
        self.rows: dict[str, FormRow] = {}
        self._sections: dict[str, Section] = {}
        self._live: frozenset[str] = frozenset()
        self._shape: tuple[Any, ...] = ()
        self._controls: frozenset[str] = frozenset()
        self._experiment: Experiment | None = None
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.more = IconButton("settings", "Show every setting of this recipe", "All settings", checkable=True, flat=True)
        self.more.toggled.connect(self._choose_visible)
        self._seed = Label("", "caption", "faint")
        self.dice = IconButton("dice", "A new seed: other data, weights and noise. Undo brings the old run back.", flat=True)
        self.dice.clicked.connect(lambda: self.edited.emit("seed", random.randrange(SEEDS), False))
        self._foot = QHBoxLayout()
        self._foot.addWidget(self._seed, 1)
        self._foot.addWidget(self.dice)
        self._outer = QVBoxLayout(self)
        self._outer.addWidget(self._scroll, 1)
        self._outer.addWidget(self.more)
        self._outer.addLayout(self._foot)
        self._set_lengths()

    def show_experiment(self, experiment: Experiment, controls: Iterable[str] | None = None, hide: Iterable[str] = ()) -> None:
        """Show the values of an experiment. `controls` are the paths in sight at once (None: all), `hide` never shows."""
        names = [lane.name for lane in experiment.lanes]
        if self.lane not in names:
            self.lane = names[0]
        declared, model = parameters(experiment, self.lane), type(experiment.lane(self.lane).recipe.model)
        shape = (names, self.lane, declared, frozenset(hide), model)
        self._experiment = experiment
        self._controls = frozenset(row_paths(declared, model) if controls is None else controls)
        if shape != self._shape:
            self._shape = shape
            self._build(experiment, declared, frozenset(hide))
        for path, row in self.rows.items():
            row.field.show_value(value_at(experiment, self._full(path)))
            row.refuse("")
        train, test = experiment.data.examples
        self._seed.setText(f"Seed {experiment.seed} · {train:,} train, {test:,} test")
        self._choose_visible()

    def refuse(self, path: str, reason: str) -> None:
        """Say below a field why its value was not taken, and show the value that stands."""
        own = path.removeprefix(f"{self.lane}.")
        if self._experiment is not None and own in self.rows:
            self.rows[own].field.show_value(value_at(self._experiment, self._full(own)))
            self.rows[own].refuse(reason)

    def light(self, paths: Iterable[str]) -> None:
        """Ring the rows that the text speaks of, and no others."""
        wanted = {path.removeprefix(f"{self.lane}.") for path in paths}
        for path, row in self.rows.items():
            row.light(path in wanted)

    def _build(self, experiment: Experiment, declared: tuple[Parameter, ...], hide: frozenset[str]) -> None:
        sheet = Sheet()
        self.rows, self._sections = {}, {}
        self._live = frozenset(parameter.path for parameter in declared if parameter.live)
        self.lane_choice = None
        if len(experiment.lanes) > 1:
            self.lane_choice = Segmented([Option(lane.name, lane.name) for lane in experiment.lanes], self.lane)
            self.lane_choice.chosen.connect(self.choose_lane)
            sheet.add(self.lane_choice)
        for path, field in fields_of(declared, type(experiment.lane(self.lane).recipe.model)):
            if path in hide:
                continue
            name = _section_of(path)
            if name not in self._sections:
                self._sections[name] = _section(name, experiment.lane(self.lane).recipe)
                sheet.add(self._sections[name])
            row = self.rows[path] = FormRow(field)
            self._sections[name].add(row)
            if isinstance(field, DataShelf):
                field.painting.connect(self.painting)
            field.moved.connect(lambda value, path=path: self._say(path, value, held=True))
            field.settled.connect(lambda value, path=path: self._say(path, value, held=False))
        sheet.finish(self.rows.values())
        self._scroll.setWidget(sheet)

    def _say(self, path: str, value: Any, *, held: bool) -> None:
        # A drag that would start the network anew at every pixel waits until the hand lets go.
        if path in self._live or not held:
            self.edited.emit(self._full(path), value, held)

    def _full(self, path: str) -> str:
        assert self._experiment is not None
        alone = len(self._experiment.lanes) == 1 or path.split(".")[0] in SHARED
        return path if alone else f"{self.lane}.{path}"

    def translate(self) -> None:
        """Make every row anew, in the language of the screen."""
        self._shape = ()
        if self._experiment is not None:
            self.show_experiment(self._experiment, self._controls)

    @property
    def lanes(self) -> tuple[str, ...]:
        """The lanes of the experiment."""
        return tuple(lane.name for lane in self._experiment.lanes) if self._experiment is not None else ()

    def choose_lane(self, lane: str) -> None:
        """Show the settings of another lane."""
        self.lane = lane
        assert self._experiment is not None
        self.show_experiment(self._experiment, self._controls, self._shape[3])
        self.lane_chosen.emit(lane)

    def _choose_visible(self) -> None:
        shown = {path for path in self.rows if self.more.isChecked() or self._in_sight(path)}
        for path, row in self.rows.items():
            row.setVisible(path in shown)
        for name, section in self._sections.items():
            section.setVisible(any(path in shown for path in self.rows if _section_of(path) == name))
        self.more.setVisible(any(not self._in_sight(path) for path in self.rows))

    def _in_sight(self, path: str) -> bool:
        return path in self._controls or f"{self.lane}.{path}" in self._controls

    def _set_lengths(self) -> None:
        theme = theme_of(self)
        self._outer.setContentsMargins(theme.px(8), theme.px(10), theme.px(4), theme.px(8))
        self._outer.setSpacing(theme.px(6))
        self._foot.setContentsMargins(theme.px(7), 0, theme.px(6), 0)


def fields_of(declared: tuple[Parameter, ...], model: type[Model]) -> Iterator[tuple[str, Field]]:
    """An editor for each parameter, and for the choices of data, model and flow, in the order of the form."""
    yield "data.name", DataShelf(DATA)
    yield from ((p.path, field_for(p)) for p in declared if p.path.startswith("data."))
    kinds = tuple(Option(_tag(kind), kind.title, kind.help) for kind in MODELS)
    yield "model.kind", ChoiceField(kinds, "", "Another model; undo brings the old one back.")
    yield from ((p.path, field_for(p)) for p in declared if p.path.split(".")[0] in ("model", "objective"))
    if "anneal" in model.can:
        yield "flow.kind", EitherField(Anneal.title, Anneal.help, _tag(Anneal), _tag(Update))
    yield from ((p.path, field_for(p)) for p in declared if p.path.split(".")[0] not in ("data", "model", "objective"))


def row_paths(declared: tuple[Parameter, ...], model: type[Model]) -> Iterator[str]:
    """The paths of all rows."""
    yield from ("data.name", "model.kind", *(parameter.path for parameter in declared))
    if "anneal" in model.can:
        yield "flow.kind"


def _tag(part: type[Part]) -> str:
    return str(part.__struct_config__.tag)


def _section_of(path: str) -> str:
    return "training" if path == "seed" else path.split(".")[0]


def _section(name: str, recipe: Recipe) -> Section:
    titles = {
        "data": ("Data", ""),
        "model": ("Model", f"{recipe.model.title}: {recipe.model.help}"),
        "objective": (recipe.objective.title, recipe.objective.help),
        "flow": (recipe.flow.title, recipe.flow.help),
        "training": ("Training", "How the network learns."),
    }
    return Section(*titles[name])
