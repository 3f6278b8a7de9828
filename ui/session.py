# SPDX-License-Identifier: MIT
"""The one owner of the Experiment: every edit, undo and redo, and what each of them asks of the engine. No Qt here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from engine.protocol.messages import Build, Change, Command
from engine.protocol.recipe.editing import RecipeError, from_plain, parameters, with_value
from engine.protocol.recipe.experiment import Experiment, Lane

__all__ = ["RecipeError", "Session", "State", "commands_between"]

DEPTH = 200  #: edits that can be undone


@dataclass(frozen=True)
class State:
    """What shall be playing: an experiment, the run that it belongs to, and the build of each of its lanes."""

    run_id: int
    experiment: Experiment
    builds: tuple[int, ...]
    origins: tuple[tuple[int, int] | None, ...] = ()  #: (build, step) where a lane's build branched off; or none at all


def commands_between(old: State | None, new: State) -> tuple[Command, ...]:
    """What to tell an engine that plays `old` (None: nothing yet), so that it plays `new`.

    A lane that keeps its build gets one Change with its live values; other builds, or another run, need a Build.
    """
    commands: list[Command] = []
    if old is None or (old.run_id, old.builds) != (new.run_id, new.builds):
        commands.append(Build(run_id=new.run_id, experiment=new.experiment, builds=new.builds, origins=new.origins))
    if old is not None:
        before = dict(zip(old.builds, old.experiment.lanes, strict=True))
        for build, lane in zip(new.builds, new.experiment.lanes, strict=True):
            values = _news(before[build], lane) if build in before else {}
            if values:
                commands.append(Change(lane=lane.name, values=values))
    return tuple(commands)


@dataclass
class _Sheet:
    """The history of one chapter: its present state, and what stands on both sides of it."""

    present: State
    past: list[State] = field(default_factory=list)
    future: list[State] = field(default_factory=list)
    dragged: str | None = None  #: the path whose slider is still held


class Session:
    """The experiment of each chapter with its undo history. Builds and run numbers are never used twice."""

    def __init__(self, experiment: Experiment, key: str = "") -> None:
        self._runs = 0
        self._builds = 0
        self.key = key
        self._sheets = {key: _Sheet(self._fresh(experiment))}

    @property
    def state(self) -> State:
        """What shall be playing now."""
        return self._sheet.present

    @property
    def experiment(self) -> Experiment:
        """The experiment of the present state."""
        return self.state.experiment

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return bool(self._sheet.past)

    @property
    def can_redo(self) -> bool:
        """Whether there is an edit to do again."""
        return bool(self._sheet.future)

    def edit(self, path: str, value: Any, held: bool = False) -> State:
        """Set one value; raises RecipeError, and then nothing has changed.

        While `held` (a slider in the hand) the edits of one path are a single step of undo, the one that lets go included.
        """
        sheet, old = self._sheet, self.state
        experiment = with_value(old.experiment, path, value)
        if experiment != old.experiment:
            builds = self._builds_after(old, experiment)
            new = State(old.run_id, experiment, builds, _origins_after(old, builds))
            if sheet.dragged == path and sheet.past:
                sheet.present = new
                sheet.future.clear()
            else:
                self._push(new)
        sheet.dragged = path if held else None
        return sheet.present

    def settle(self, devices: Mapping[int, str]) -> bool:
        """Write where builds run into the recipes that left it open; whether that is news here. There is nothing to undo."""
        old = self.state
        for sheet in self._sheets.values():
            sheet.present = _settled(sheet.present, devices)
            sheet.past[:] = [_settled(state, devices) for state in sheet.past]
            sheet.future[:] = [_settled(state, devices) for state in sheet.future]
        return self.state != old

    def reset(self) -> State:
        """Start every lane of the experiment anew."""
        old = self.state
        return self._push(State(old.run_id, old.experiment, self._new_builds(len(old.builds))))

    def branch(self, steps: Mapping[str, int]) -> State:
        """Go on from where the lanes stood after these steps; what came later stays on the curves, and undo leads back."""
        old = self.state
        origins = tuple(
            (build, steps[lane.name]) if lane.name in steps else None
            for build, lane in zip(old.builds, old.experiment.lanes, strict=True)
        )
        return self._push(State(old.run_id, old.experiment, self._new_builds(len(old.builds)), origins))

    def compare(self, lane: str) -> State:
        """Double a lane into A and B: same seed, same batches, equal steps. One then changes a setting of B.

        Raises RecipeError where there is no room for another lane.
        """
        old = self.state
        lanes, builds = [], []
        alone = len(old.experiment.lanes) == 1
        for build, one in zip(old.builds, old.experiment.lanes, strict=True):
            if one.name != lane:
                lanes.append(one)
                builds.append(build)
                continue
            for letter in "AB":
                lanes.append(msgspec.structs.replace(one, name=letter if alone else f"{one.name} {letter}"))
            builds.extend(self._new_builds(2))
        pair = msgspec.structs.replace(old.experiment, lanes=tuple(lanes), share="steps")
        experiment = from_plain(msgspec.to_builtins(pair))  # checked: there may be no room for another lane
        return self._push(State(old.run_id, experiment, tuple(builds)))

    def load(self, experiment: Experiment) -> State:
        """Play another experiment in this chapter's place; undo goes back to the one before."""
        return self._push(self._fresh(experiment))

    def turn_to(self, key: str, experiment: Experiment) -> State:
        """Go to a chapter: back to how it was left, or to `experiment` where it opens for the first time."""
        self.key = key
        if key not in self._sheets:
            self._sheets[key] = _Sheet(self._fresh(experiment))
        return self.state

    def undo(self) -> State:
        """Take the last edit back; its builds come back with it. Nothing happens where there is none."""
        return self._step(self._sheet.past, self._sheet.future)

    def redo(self) -> State:
        """Do again what was undone last. Nothing happens where there is nothing."""
        return self._step(self._sheet.future, self._sheet.past)

    @property
    def _sheet(self) -> _Sheet:
        return self._sheets[self.key]

    def _step(self, source: list[State], other: list[State]) -> State:
        sheet = self._sheet
        sheet.dragged = None
        if source:
            other.append(sheet.present)
            sheet.present = source.pop()
        return sheet.present

    def _push(self, state: State) -> State:
        sheet = self._sheet
        sheet.past.append(sheet.present)
        del sheet.past[:-DEPTH]
        sheet.future.clear()
        sheet.dragged = None
        sheet.present = state
        return state

    def _fresh(self, experiment: Experiment) -> State:
        self._runs += 1
        return State(self._runs, experiment, self._new_builds(len(experiment.lanes)))

    def _new_builds(self, count: int) -> tuple[int, ...]:
        first = self._builds + 1
        self._builds += count
        return tuple(range(first, first + count))

    def _builds_after(self, old: State, experiment: Experiment) -> tuple[int, ...]:
        """A lane keeps its build while only live values differ, and its flow; new data or a new seed concern every lane."""
        shared = (old.experiment.data, old.experiment.seed) != (experiment.data, experiment.seed)
        builds = []
        for build, before, after in zip(old.builds, old.experiment.lanes, experiment.lanes, strict=True):
            live = {parameter.path for parameter in parameters(experiment, after.name) if parameter.live}
            changed = {path for path in _differences(before, after) if not path.startswith("flow.")}
            keeps = not shared and changed <= live
            builds.append(build if keeps else self._new_builds(1)[0])
        return tuple(builds)


def _origins_after(old: State, builds: tuple[int, ...]) -> tuple[tuple[int, int] | None, ...]:
    """A lane that keeps its build keeps where that came from."""
    known = dict(zip(old.builds, old.origins, strict=False))
    origins = tuple(known.get(build) for build in builds)
    return origins if any(origins) else ()


def _settled(state: State, devices: Mapping[int, str]) -> State:
    """The state with a device, by build, in each lane that left it open; the builds stay."""
    lanes = tuple(
        _on(lane, devices[build]) if build in devices and lane.recipe.training.device == "auto" else lane
        for build, lane in zip(state.builds, state.experiment.lanes, strict=True)
    )
    return replace(state, experiment=msgspec.structs.replace(state.experiment, lanes=lanes))


def _on(lane: Lane, device: str) -> Lane:
    training = msgspec.structs.replace(lane.recipe.training, device=device)
    return msgspec.structs.replace(lane, recipe=msgspec.structs.replace(lane.recipe, training=training))


def _differences(before: Lane, after: Lane) -> dict[str, Any]:
    """The values of `after` that `before` does not have, by their paths in the lane."""
    old, new = _flat(before), _flat(after)
    gone: dict[str, Any] = dict.fromkeys(old.keys() - new.keys())
    return gone | {path: value for path, value in new.items() if path not in old or old[path] != value}


def _news(before: Lane, after: Lane) -> dict[str, Any]:
    """The values to tell a lane that keeps its build. Where it runs, and what another flow has no use for, it need not hear."""
    known = _flat(after).keys() - {"training.device"}
    return {path: value for path, value in _differences(before, after).items() if path in known}


def _flat(lane: Lane) -> dict[str, Any]:
    recipe = msgspec.to_builtins(lane.recipe)
    return {f"{section}.{name}": value for section, part in recipe.items() for name, value in part.items()}
