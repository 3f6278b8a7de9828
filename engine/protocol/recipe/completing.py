# SPDX-License-Identifier: MIT
"""What a recipe leaves out: a single lane's frame, the objective, and the values that its model wants for such data."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from engine.protocol.recipe.data import AnyData
from engine.protocol.recipe.experiment import VERSION
from engine.protocol.recipe.models import MODELS
from engine.protocol.recipe.part import Model

SECTIONS: Final = ("model", "objective", "flow", "training")


def completed(plain: dict[str, Any]) -> dict[str, Any]:
    """Fill in the single lane, the objective that the model trains with, and the version."""
    plain = {"version": VERSION, **plain}
    if "lanes" not in plain and "model" in plain:
        recipe = {key: plain.pop(key) for key in SECTIONS if key in plain}
        plain["lanes"] = [{"name": _kind(recipe.get("model")) or "run", "recipe": recipe}]
    lanes = plain.get("lanes")
    if isinstance(lanes, (list, tuple)):
        points = are_points(plain.get("data"))
        plain["lanes"] = [_completed_lane(lane, points) for lane in lanes]
    return plain


def _completed_lane(lane: Any, points: bool) -> Any:
    if not isinstance(lane, dict) or not isinstance(lane.get("recipe", {}), dict):
        return lane
    recipe = dict(lane.get("recipe", {key: lane[key] for key in SECTIONS if key in lane}))
    rest = {key: value for key, value in lane.items() if key != "recipe" and (key not in SECTIONS or "recipe" in lane)}
    model = model_of(_kind(recipe.get("model")))
    if model is not None:
        _take_defaults(recipe, model, points)
    return {**rest, "recipe": recipe}


def _take_defaults(recipe: dict[str, Any], model: type[Model], points: bool) -> None:
    """What a lane leaves out is as its model wants it for such data."""
    objective, flow, training = (recipe.get(section, {}) for section in ("objective", "flow", "training"))
    if isinstance(objective, dict) and "kind" not in objective:
        recipe["objective"] = {"kind": tag_of(model.objective), **objective}
    if isinstance(flow, dict) and "kind" not in flow:
        recipe["flow"] = {"kind": model.flow.kind, **flow}
    if isinstance(training, dict):
        recipe["training"] = {**training_of(model, points), **training}
    recipe["model"] = {**(model.on_points.get("model", {}) if points else {}), **recipe["model"]}


def training_of(model: type[Model], points: bool) -> dict[str, Any]:
    """How a model trains, unless a recipe says otherwise, as plain data."""
    return {**msgspec.to_builtins(model.training), **(model.on_points.get("training", {}) if points else {})}


def are_points(data: Any) -> bool:
    """Whether plain data name examples without a height and a width; data that cannot be are left for the check."""
    try:
        return len(msgspec.convert(data, AnyData).shape) == 1
    except msgspec.ValidationError:
        return False


def _kind(model: Any) -> str | None:
    return model.get("kind") if isinstance(model, dict) else None


def model_of(kind: Any) -> type[Model] | None:
    """The model that this word chooses; None where none is called so."""
    return next((model for model in MODELS if tag_of(model) == kind), None)


def tag_of(part: type[msgspec.Struct]) -> str:
    """The word that chooses this part in a recipe."""
    return str(part.__struct_config__.tag)
