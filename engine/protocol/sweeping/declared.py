# SPDX-License-Identifier: MIT
"""A sweep as a frozen value, read from a TOML or JSON file: a recipe, the values to try, seeds, steps, figures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from engine.protocol.chapter import Line, Prose
from engine.protocol.library import SourceError, experiment_of, plain_of
from engine.protocol.places import resources
from engine.protocol.recipe.editing import RecipeError, from_plain
from engine.protocol.recipe.experiment import Experiment, Seed
from engine.protocol.recipe.refusal import in_words, parted
from engine.protocol.sweeping.figures import FIGURES
from engine.protocol.typed import Value

MAX_CELLS: Final = 100_000
Steps = Annotated[int, Meta(ge=1, le=10_000_000)]


class SweepError(ValueError):
    """A sweep that cannot be; the message names file, field and reason."""


class Range(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Numbers from `low` to `high`: `count` of them, evenly spaced (in the logarithm, if so), or for random any between."""

    low: float
    high: float
    count: Annotated[int, Meta(ge=2, le=1000)] = 5
    scale: Literal["linear", "log"] = "linear"

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError("expected low below high")
        if self.scale == "log" and self.low <= 0:
            raise ValueError("expected a positive low where the scale is log")

    def at(self, part: float) -> float:
        """The number at a part 0 … 1 of the way, to nine figures."""
        if self.scale == "log":
            return float(f"{self.low * (self.high / self.low) ** part:.9g}")
        return float(f"{self.low + (self.high - self.low) * part:.9g}")


Axis = Annotated[tuple[Value, ...], Meta(min_length=1, max_length=1000)] | Range


class Sweep(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One recipe, tried at many values. Every combination is a cell, or `random` of them are drawn; each for every seed."""

    name: Annotated[str, Meta(max_length=40, pattern=r"\A[a-z][a-z0-9-]*\Z")]
    title: Line = "A sweep"
    about: Prose = ""
    base: Experiment  #: with one lane
    axes: Annotated[dict[str, Axis], Meta(min_length=1, max_length=6)]  #: path of a recipe, or `steps` → values
    random: Annotated[int, Meta(ge=0, le=MAX_CELLS)] = 0  #: combinations to draw; 0 takes all
    seeds: Annotated[tuple[Seed, ...], Meta(min_length=1, max_length=1000)] = (3,)
    steps: Steps = 1000  #: gradient steps of each cell, where `steps` is no axis
    figures: Annotated[tuple[str, ...], Meta(min_length=1, max_length=len(FIGURES))]


def shipped() -> dict[str, Path]:
    """The sweeps that come with the app, by name."""
    return {file.stem: file for file in sorted((resources() / "sweeps").glob("*.toml"))}


def sweep_of(source: str) -> Sweep:
    """The sweep that comes with the app under this name, or the one in a file. Raises SweepError."""
    return read_sweep(shipped().get(source, Path(source)))


def read_sweep(file: Path) -> Sweep:
    """The sweep in a .toml or .json file. Raises SweepError."""
    if file.suffix not in (".toml", ".json"):
        raise SweepError(f"“{file}” is neither a sweep of the app's ({', '.join(shipped())}) nor a .toml or .json file")
    try:
        return from_table(plain_of(file))
    except (SourceError, SweepError) as error:
        told = str(error)
        raise SweepError(told if told.startswith(str(file)) else f"{file}: {told}") from None


def from_table(plain: Any) -> Sweep:
    """Build and check a sweep from plain tables and lists. Raises SweepError with the field and the reason."""
    if not isinstance(plain, dict):
        raise SweepError("expected a table")
    plain = dict(plain)
    lane = plain.pop("lane", "")
    if "base" in plain:
        plain["base"] = _single(_base(plain["base"]), lane)
    if isinstance(plain.get("axes"), dict):
        plain["axes"] = dict(_paths(plain["axes"], ""))
    try:
        sweep = msgspec.convert(plain, Sweep)
    except msgspec.ValidationError as error:
        raise SweepError(_said(error)) from None
    for name in sweep.figures:
        if name not in FIGURES:
            raise SweepError(f"figures: “{name}” is not known here; known are {', '.join(FIGURES)}")
    return sweep


def encode(sweep: Sweep) -> bytes:
    """The sweep as indented JSON, UTF-8, which `read_sweep` reads again."""
    return msgspec.json.format(msgspec.json.encode(sweep), indent=2) + b"\n"


def _base(base: Any) -> Experiment:
    try:
        return experiment_of(base) if isinstance(base, str) else from_plain(base)
    except RecipeError as error:
        raise SweepError(f"base.{error.field}: {error.reason}" if error.field else f"base: {error.reason}") from None
    except SourceError as error:
        raise SweepError(f"base: {error}") from None


def _single(base: Experiment, lane: Any) -> Experiment:
    """The experiment with the one lane that is swept."""
    names = [one.name for one in base.lanes]
    if lane == "" and len(names) == 1:
        return base
    if lane not in names:
        which = f"“{lane}” is none of its lanes" if lane else f"base has {len(names)} lanes, name the one to sweep"
        raise SweepError(f"lane: {which}: {', '.join(names)}")
    return msgspec.structs.replace(base, lanes=(base.lane(str(lane)),))


def _paths(axes: dict[str, Any], before: str) -> list[tuple[str, Any]]:
    """`data.n = […]` without quotes is a table within a table in TOML; a path all the same."""
    found: list[tuple[str, Any]] = []
    for key, value in axes.items():
        if isinstance(value, dict) and not {"low", "high"} & value.keys():
            found += _paths(value, f"{before}{key}.")
        else:
            found.append((f"{before}{key}", value))
    return found


def _said(error: msgspec.ValidationError) -> str:
    reason, field = parted(error)
    named = re.search(r"(unknown|required) field `(.+)`", reason)
    if named:
        return f"{field}.{named[2]}".lstrip(".") + (": there is no such field" if named[1] == "unknown" else ": is missing")
    if "matching regex" in reason:
        reason = "expected small letters, digits and hyphens" if field == "name" else "expected one line"
    return f"{field}: {in_words(reason)}" if field else in_words(reason)
