# SPDX-License-Identifier: MIT
"""The declaration of one parameter: symbol, label, help, limits. Form, schema, limits and help text derive from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

import msgspec
from msgspec import Meta

Scale = Literal["linear", "log"]
#: The color roles of the screen, see `ui.theme`.
Role = Literal["data", "learned", "exact", "noise", "prior"]


@dataclass(frozen=True)
class Parameter:
    """One declared parameter of a recipe, as the form, the schema and the command line show it.

    `low` and `high` are hard limits (refused beyond); `slider` is the comfortable range that a slider offers.
    `live` parameters act on the running training; the others rebuild the run.
    """

    path: str
    kind: Literal["float", "int", "bool", "choice"]
    symbol: str
    label: str
    help: str
    default: Any
    low: float | None = None
    high: float | None = None
    slider: tuple[float, float] | None = None
    scale: Scale = "linear"
    role: Role = "learned"
    unit: str = ""
    live: bool = False
    words: tuple[str, ...] = ()  #: the allowed words, for a choice; or the words allowed beside a number


def number(
    symbol: str,
    label: str,
    help: str,
    *,
    low: float,
    high: float,
    slider: tuple[float, float] | None = None,
    scale: Scale = "linear",
    role: Role = "learned",
    unit: str = "",
    live: bool = False,
) -> Meta:
    """Declare a number with its hard limits `low` … `high`, both allowed."""
    extra = {
        "symbol": symbol, "slider": slider or (low, high), "scale": scale, "role": role, "unit": unit, "live": live,
    }  # fmt: skip
    return Meta(ge=low, le=high, title=label, description=help, extra=extra)


def option(symbol: str, label: str, help: str, *, role: Role = "learned", live: bool = False) -> Meta:
    """Declare a switch or a choice of words."""
    return Meta(title=label, description=help, extra={"symbol": symbol, "role": role, "live": live})


@cache  # they never change, and every edit asks for them again
def parameters_of(part: type[msgspec.Struct], prefix: str) -> tuple[Parameter, ...]:
    """All declared parameters of a recipe part, in the order of declaration; `prefix` is "model", "objective", …"""
    found = []
    for field in msgspec.structs.fields(part):
        parameter = _parameter(field, f"{prefix}.{field.encode_name}" if prefix else field.encode_name)
        if parameter is not None:
            found.append(parameter)
    return tuple(found)


def _parameter(field: msgspec.structs.FieldInfo, path: str) -> Parameter | None:
    # A limit without a label checks a value that no form shows: painted points, the name of an imported array.
    metas = [m for m in getattr(field.type, "__metadata__", ()) if isinstance(m, Meta) and m.title]
    if not metas:
        return None
    declared = metas[0]
    base = get_args(field.type)[0]
    # A union such as `float | Literal["learned"]` carries the limits on its number, so look one level down.
    kind, words, limits = _kind_of(base, declared)
    extra = declared.extra or {}
    own = limits.extra or {}
    return Parameter(
        path=path,
        kind=kind,
        symbol=extra.get("symbol", ""),
        label=declared.title or path,
        help=declared.description or "",
        default=field.default,
        low=limits.ge,
        high=limits.le,
        slider=own.get("slider") or extra.get("slider"),
        scale=own.get("scale", extra.get("scale", "linear")),
        role=extra.get("role", "learned"),
        unit=extra.get("unit", ""),
        live=extra.get("live", False),
        words=words,
    )


def _kind_of(base: Any, declared: Meta) -> tuple[Literal["float", "int", "bool", "choice"], tuple[str, ...], Meta]:
    if base is bool:
        return "bool", (), declared
    if base is int:
        return "int", (), declared
    if base is float:
        return "float", (), declared
    words: tuple[str, ...] = ()
    numeric: Meta | None = None
    for arm in (base, *get_args(base)):
        if getattr(arm, "__metadata__", None):
            numeric = arm.__metadata__[0]
        args = get_args(arm)
        if args and all(isinstance(a, str) for a in args):
            words += args
    if numeric is not None:
        return "float", words, numeric
    return "choice", tuple(dict.fromkeys(words)), declared
