# SPDX-License-Identifier: MIT
"""A name has two halves: a declaration without torch, and its torch file; and every parameter is declared with its words."""

from __future__ import annotations

import importlib
import inspect
import math
from typing import Any, get_args

import msgspec
import pytest

from engine.data import MAKERS
from engine.flows import FLOWS as MOVERS
from engine.models import NETWORKS
from engine.objectives import COSTS
from engine.probes import GUESTS
from engine.protocol.payloads import Payload
from engine.protocol.recipe.data import DATA
from engine.protocol.recipe.experiment import Experiment
from engine.protocol.recipe.flows import FLOWS
from engine.protocol.recipe.models import MODELS
from engine.protocol.recipe.objectives import OBJECTIVES
from engine.protocol.recipe.parameter import Parameter, Role, parameters_of
from engine.protocol.recipe.probes import PROBES
from engine.protocol.recipe.training import Training
from tests.house import ROOT, module, sources

TABLES: dict[str, tuple[tuple[type[msgspec.Struct], ...], Any]] = {
    "models": (MODELS, NETWORKS),
    "objectives": (OBJECTIVES, COSTS),
    "flows": (FLOWS, MOVERS),
    "data": (DATA, MAKERS),
    "probes": (PROBES, GUESTS),
}
PARTS = [*MODELS, *OBJECTIVES, *FLOWS, *DATA, *PROBES, Training]


def tag(part: type[msgspec.Struct]) -> str:
    return str(part.__struct_config__.tag)


@pytest.mark.parametrize("kind", TABLES)
def test_every_declaration_stands_in_both_tables(kind: str):
    declared, built = TABLES[kind]
    assert set(declared) == set(built)


@pytest.mark.parametrize("kind", TABLES)
def test_every_declared_part_of_the_folder_has_its_line_in_the_table(kind: str):
    found = set()
    for path in sources(f"engine/protocol/recipe/{kind}"):
        for _, value in inspect.getmembers(importlib.import_module(module(path)), inspect.isclass):
            if issubclass(value, msgspec.Struct) and value.__module__ == module(path) and _declares_its_tag(value):
                found.add(value)
    assert {part.__name__ for part in found - set(TABLES[kind][0])} == set()


def _declares_its_tag(part: type[msgspec.Struct]) -> bool:
    """Bases without a tag of their own take their class's name for one."""
    return part.__struct_config__.tag not in (None, part.__name__)


@pytest.mark.parametrize("kind", TABLES)
def test_both_halves_stand_in_files_of_the_same_name(kind: str):
    for part in TABLES[kind][0]:
        half = ROOT / "engine" / kind / f"{part.__module__.rpartition('.')[2]}.py"
        assert half.exists(), f"{tag(part)} is declared in {part.__module__}, and {half} is missing"


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_every_field_that_can_be_typed_has_label_help_and_limits(part: type[msgspec.Struct]):
    for parameter in parameters_of(part, "part"):
        assert parameter.label, parameter.path
        assert parameter.help.endswith("."), parameter.path
        assert parameter.role in get_args(Role), parameter.path
        if parameter.kind in ("float", "int"):
            _check_limits(parameter)
        elif parameter.kind == "choice":
            assert parameter.default in parameter.words, parameter.path


def _check_limits(parameter: Parameter) -> None:
    assert None not in (parameter.low, parameter.high, parameter.slider), parameter.path
    low, high = parameter.slider
    assert parameter.low <= low < high <= parameter.high, parameter.path
    assert math.isfinite(parameter.low + parameter.high), parameter.path
    assert parameter.scale != "log" or low > 0, parameter.path
    if isinstance(parameter.default, int | float):
        assert parameter.low <= parameter.default <= parameter.high, parameter.path
    else:
        assert parameter.default in parameter.words, parameter.path


@pytest.mark.parametrize("part", PARTS[:-1], ids=lambda part: part.__name__)
def test_every_part_has_a_title_and_a_help(part: Any):
    assert part.title[0].isupper()
    assert part.help.endswith((".", "?"))


@pytest.mark.parametrize("part", [*MODELS, *OBJECTIVES, *FLOWS, *DATA], ids=lambda part: part.__name__)
def test_no_field_of_a_recipe_is_undeclared(part: type[msgspec.Struct]):
    """But for what no form shows: the user's own points, and the names of imported arrays."""
    declared = {parameter.path.split(".")[1] for parameter in parameters_of(part, "part")}
    undeclared = {field.encode_name for field in msgspec.structs.fields(part)} - declared
    assert not undeclared or tag(part) in ("painted", "imported")


def test_the_schema_carries_every_label():
    schema = msgspec.json.encode(msgspec.json.schema(Experiment)).decode()
    for part in PARTS:
        if part in PROBES:
            continue
        for parameter in parameters_of(part, "part"):
            assert msgspec.json.encode(parameter.label).decode() in schema, parameter.path


def test_a_probe_names_a_payload_that_exists():
    names = {str(payload.__struct_config__.tag) for payload in get_args(Payload)}
    assert {probe.payload for probe in PROBES} <= names
