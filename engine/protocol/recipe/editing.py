# SPDX-License-Identifier: MIT
"""Reading an experiment from plain data, and changing one value of it by its path. Pure; every refusal is a sentence."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from engine.protocol.recipe.completing import SECTIONS, are_points, completed, model_of, tag_of, training_of
from engine.protocol.recipe.data import DATA
from engine.protocol.recipe.experiment import VERSION, Experiment
from engine.protocol.recipe.flows import FLOWS
from engine.protocol.recipe.migration import migrated
from engine.protocol.recipe.models import MODELS
from engine.protocol.recipe.objectives import OBJECTIVES
from engine.protocol.recipe.parameter import Parameter, parameters_of
from engine.protocol.recipe.part import Capability, Model
from engine.protocol.recipe.refusal import in_words, parted
from engine.protocol.recipe.training import Training

SHARED = ("data", "seed", "share", "version")
#: What a flow needs, in words.
NEEDS: dict[Capability, str] = {"denoise": "a denoiser", "anneal": "a denoiser for every σ", "decode": "a decoder"}
CHOOSERS = ("data.name", "model.kind", "objective.kind", "flow.kind")  #: what chooses a whole part


class RecipeError(ValueError):
    """A recipe that cannot be: `field` is the path, `reason` says what is wrong with it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field = field
        self.reason = reason


def from_plain(plain: Any) -> Experiment:
    """Build and check an experiment from dicts, lists and numbers (read from TOML, JSON or the pipe).

    A `model`, `objective`, … beside `data` is short for a single lane. What a lane leaves out takes its model's defaults.
    Raises RecipeError with the field and the reason.
    """
    if not isinstance(plain, dict):
        raise RecipeError("", f"expected a table, got {_noun(plain)}")
    if not {"lanes", "model"} & plain.keys():
        raise RecipeError("model", "is missing")
    experiment = _converted(completed(migrated(plain)))
    check(experiment)
    return experiment


def _converted(plain: dict[str, Any]) -> Experiment:
    if plain["version"] != VERSION:
        raise RecipeError("version", f"this app reads version {VERSION}, not {plain['version']!r}")
    try:
        return msgspec.convert(plain, Experiment)
    except msgspec.ValidationError as error:
        raise _refusal(error, plain) from None


def check(experiment: Experiment) -> None:
    """Refuse what no single limit can see: names twice, a model or batch that does not fit the data."""
    names = [lane.name for lane in experiment.lanes]
    if len(set(names)) < len(names):
        raise RecipeError("lanes", f"two lanes are called “{next(n for n in names if names.count(n) > 1)}”")
    several = len(names) > 1
    _check_finite(experiment)
    train, _ = experiment.data.examples
    for lane in experiment.lanes:
        where = f"{lane.name}." if several else ""
        recipe = lane.recipe
        if not isinstance(recipe.objective, recipe.model.objective):
            raise RecipeError(f"{where}objective.kind", f"a {recipe.model.kind} trains with “{tag_of(recipe.model.objective)}”, "
                              f"not “{recipe.objective.kind}”")  # fmt: skip
        misfit = recipe.model.misfit(experiment.data)
        if misfit:
            raise RecipeError(f"{where}model.kind", f"“{recipe.model.kind}” does not fit “{experiment.data.name}”: {misfit}")
        if not recipe.flow.needs <= recipe.model.can:
            raise RecipeError(f"{where}flow.kind", f"“{recipe.flow.kind}” needs {NEEDS[min(recipe.flow.needs)]}, "
                              f"and “{recipe.model.kind}” is none")  # fmt: skip
        if recipe.training.batch > train:
            raise RecipeError(f"{where}training.batch", f"{recipe.training.batch} is more than the {train} training examples")


def _check_finite(experiment: Experiment) -> None:
    # "not a number" compares false with every limit, so the limits alone let it in.
    for lane in experiment.lanes:
        for parameter in parameters(experiment, lane.name):
            value = value_at(experiment, f"{lane.name}.{parameter.path}" if _is_lane_path(parameter.path) else parameter.path)
            if isinstance(value, float) and not math.isfinite(value):
                raise RecipeError(parameter.path, f"expected a finite number, got {value}")


def _is_lane_path(path: str) -> bool:
    return path.split(".")[0] not in SHARED


def with_value(experiment: Experiment, path: str, value: Any) -> Experiment:
    """The experiment with one value changed. `path` is `[lane.]section.field`, `seed`, or `data.field`.

    Without a lane the change goes to every lane that has the field. A new `model.kind`, `data.name`, … keeps every value that
    the new part allows too, and takes its defaults for the rest. Raises RecipeError.
    """
    return with_values(experiment, {path: value})


def with_values(experiment: Experiment, values: Mapping[str, Any]) -> Experiment:
    """The experiment with several values changed at once, in whatever order they stand; only the whole is checked.

    Paths as in `with_value`. Raises RecipeError.
    """
    for path in sorted(values, key=lambda path: not path.endswith(CHOOSERS)):  # a new kind brings fields of its own
        experiment = _converted(_changed(experiment, path, values[path]))
    check(experiment)
    return experiment


def _changed(experiment: Experiment, path: str, value: Any) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(experiment)
    parts = path.split(".")
    if parts[0] in SHARED:
        _put(plain, parts, value, path)
        return plain
    lane_name, parts = (None, parts) if parts[0] in SECTIONS else (parts[0], parts[1:])
    targets = [lane for lane in plain["lanes"] if lane_name in (None, lane["name"])]
    if not targets or not parts:
        raise RecipeError(path, f"there is no lane or section “{lane_name}”")
    if lane_name is None:
        targets = [lane for lane in targets if _has(lane["recipe"], parts)] or targets
    for lane in targets:
        old = model_of(lane["recipe"]["model"]["kind"])
        _put(lane["recipe"], parts, value, path)
        new = model_of(lane["recipe"]["model"]["kind"])
        if old is not None and new is not None and new is not old:
            _follow_model(lane["recipe"], old, new, are_points(plain["data"]))
    return plain


def value_at(experiment: Experiment, path: str) -> Any:
    """The value at a full path (`lane.section.field`, `data.field`, `seed`). Raises RecipeError."""
    plain = msgspec.to_builtins(experiment)
    parts = path.split(".")
    if parts[0] not in SHARED:
        lanes = {lane["name"]: lane["recipe"] for lane in plain["lanes"]}
        plain = lanes.get(parts[0], plain["lanes"][0]["recipe"])
        parts = parts[1:] if parts[0] in lanes else parts
    for part in parts:
        if not isinstance(plain, dict) or part not in plain:
            raise RecipeError(path, "there is no such field")
        plain = plain[part]
    return plain


def parameters(experiment: Experiment, lane: str) -> tuple[Parameter, ...]:
    """Every declared parameter of one lane and of the shared data, paths without the lane's name."""
    recipe = experiment.lane(lane).recipe
    return (
        *parameters_of(type(experiment.data), "data"),
        *parameters_of(type(recipe.model), "model"),
        *parameters_of(type(recipe.objective), "objective"),
        *parameters_of(type(recipe.flow), "flow"),
        *parameters_of(Training, "training"),
        *(p for p in parameters_of(Experiment, "") if p.path == "seed"),
    )



def _noun(value: Any) -> str:
    return {dict: "a table", list: "a list", str: "a text", bool: "a switch", int: "a number", float: "a number"}.get(
        type(value), type(value).__name__
    )







def _has(recipe: dict[str, Any], parts: list[str]) -> bool:
    section = recipe.get(parts[0], {})
    return len(parts) == 2 and isinstance(section, dict) and parts[1] in section


def _put(target: dict[str, Any], parts: list[str], value: Any, path: str) -> None:
    for part in parts[:-1]:
        target = target.get(part)  # type: ignore[assignment]
        if not isinstance(target, dict):
            raise RecipeError(path, "there is no such field")
    name = parts[-1]
    if name not in target:
        raise RecipeError(path, f"there is no such field; here are {', '.join(sorted(target))}")
    if ".".join(parts) in CHOOSERS:
        _become(target, name, value)
    else:
        target[name] = value



def _follow_model(recipe: dict[str, Any], old: type[Model], new: type[Model], points: bool) -> None:
    """A new model brings the objective that it trains with, a flow if it cannot do with the present one, and its own wishes for
    the training wherever those of the old model stood untouched."""
    if tag_of(new.objective) != recipe["objective"]["kind"]:
        _become(recipe["objective"], "kind", tag_of(new.objective))
    flow = next(flow for flow in FLOWS if tag_of(flow) == recipe["flow"]["kind"])
    if not flow.needs <= new.can:
        _become(recipe["flow"], "kind", new.flow.kind)
    before, after = training_of(old, points), training_of(new, points)
    recipe["training"] |= {name: value for name, value in after.items() if recipe["training"][name] == before[name]}


def _become(section: dict[str, Any], tag: str, value: Any) -> None:
    """Give a section another kind: keep the values that the new kind allows too. An unknown kind is left for the check."""
    for part in (*DATA, *MODELS, *OBJECTIVES, *FLOWS):
        if tag_of(part) == value and part.__struct_config__.tag_field == tag:
            types = {field.encode_name: field.type for field in msgspec.structs.fields(part)}
            for key in [key for key in section if key != tag]:
                if key not in types or not _allowed(section[key], types[key]):
                    del section[key]
    section[tag] = value


def _allowed(value: Any, kind: Any) -> bool:
    """Whether a declared type, limits included, takes a value."""
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _refusal(error: msgspec.ValidationError, plain: dict[str, Any]) -> RecipeError:
    """Turn msgspec's words and its JSON path into the path that people type."""
    reason, field = parted(error)
    field = field.replace(".recipe", "")
    lanes = plain.get("lanes")
    if isinstance(lanes, (list, tuple)):
        for index, lane in enumerate(lanes):
            name = f"{lane.get('name')}." if len(lanes) > 1 and isinstance(lane, dict) else ""
            field = field.replace(f"lanes[{index}].", name)
    named = re.search(r"(unknown|required) field `(.+)`", reason)
    if named:
        why = "there is no such field" if named[1] == "unknown" else "is missing"
        return RecipeError(f"{field}.{named[2]}".lstrip("."), why)
    return RecipeError(field, in_words(reason, _known(field)))


def _known(field: str) -> tuple[str, ...]:
    """The words that may stand at a path that ends in `field`, where it takes words."""
    for table, chooser in ((DATA, "data.name"), (MODELS, "model.kind"), (OBJECTIVES, "objective.kind"), (FLOWS, "flow.kind")):
        if field.endswith(chooser):
            return tuple(tag_of(part) for part in table)
        section = chooser.partition(".")[0]
        declared = [p for part in table for p in parameters_of(part, section)]
        for parameter in (*declared, *parameters_of(Training, "training")):
            if field.endswith(parameter.path):
                return parameter.words
    return ()
