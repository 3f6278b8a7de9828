# SPDX-License-Identifier: MIT
"""The cells of a sweep: each one recipe with a seed, trained for so many steps, known by the hash of all that decides on it."""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Iterator

import msgspec

from engine.protocol.recipe.editing import RecipeError, value_at, with_values
from engine.protocol.recipe.experiment import Experiment
from engine.protocol.sweeping.declared import MAX_CELLS, Range, Steps, Sweep, SweepError
from engine.protocol.sweeping.figures import FIGURES
from engine.protocol.typed import Value

STEPS = "steps"
SEED = "seed"
Place = dict[str, Value]


class Cell(msgspec.Struct, frozen=True):
    """One run of a sweep: the experiment, seed included, and how long it trains."""

    key: str  #: of the experiment, the steps and the figures
    values: Place  #: its value on each axis, its steps, its seed
    experiment: Experiment
    steps: int
    figures: tuple[str, ...]


def columns_of(sweep: Sweep) -> tuple[str, ...]:
    """What tells the cells apart: the axes, and last of all steps and seed, which may be axes too."""
    return (*(path for path in sweep.axes if path not in (STEPS, SEED)), STEPS, SEED)


def cells_of(sweep: Sweep) -> tuple[Cell, ...]:
    """Every cell, in order, each once. Raises SweepError where a value does not fit the recipe."""
    found: dict[str, Cell] = {}
    for place in _places(sweep):
        for seed in (place[SEED],) if SEED in place else sweep.seeds:
            cell = _cell(sweep, {**place, SEED: seed})
            found.setdefault(cell.key, cell)
    cells = tuple(found.values())
    for name in sweep.figures:
        if not any(FIGURES[name].fits(cell.experiment, name) for cell in cells):
            raise SweepError(f"figures: no cell has “{name}”: its model or its objective knows no such thing")
    return cells


def _cell(sweep: Sweep, place: Place) -> Cell:
    values = {STEPS: sweep.steps, **place}
    steps = values[STEPS]
    try:
        msgspec.convert(steps, Steps)
    except msgspec.ValidationError:
        raise SweepError(f"axes.steps: expected a whole number from 1 to 10,000,000, got {steps}") from None
    # One thread each: the bits of a cell do not depend on how many run beside it.
    changes = {path: value for path, value in values.items() if path != STEPS} | {"training.threads": 1}
    try:
        experiment = with_values(sweep.base, changes)
    except RecipeError as error:
        where = ", ".join(f"{path} = {value}" for path, value in place.items())
        raise SweepError(f"axes.{error.field}: {error.reason} (at {where})") from None
    words = msgspec.json.encode([experiment, steps, sorted(sweep.figures)])
    ordered = {column: values[column] for column in columns_of(sweep)}
    return Cell(hashlib.sha256(words).hexdigest()[:16], ordered, experiment, int(steps), sweep.figures)


def _places(sweep: Sweep) -> Iterator[Place]:
    if sweep.random:
        draw = random.Random(sweep.name)  # so that a longer draw begins with a shorter one
        for _ in range(sweep.random):
            yield {path: _drawn(sweep, path, draw) for path in sweep.axes}
        return
    axes = {path: _listed(sweep, path) for path in sweep.axes}
    count = len(sweep.seeds)
    for values in axes.values():
        count *= len(values)
    if count > MAX_CELLS:
        raise SweepError(f"axes: {count:,} cells are more than {MAX_CELLS:,}; random = N draws N of them")
    for values in itertools.product(*axes.values()):
        yield dict(zip(axes, values, strict=True))


def _drawn(sweep: Sweep, path: str, draw: random.Random) -> Value:
    axis = sweep.axes[path]
    if isinstance(axis, Range):
        return _typed(sweep, path, axis.at(draw.random()))
    return draw.choice(axis)


def _listed(sweep: Sweep, path: str) -> tuple[Value, ...]:
    axis = sweep.axes[path]
    if not isinstance(axis, Range):
        return tuple(dict.fromkeys(axis))
    numbers = (axis.at(index / (axis.count - 1)) for index in range(axis.count))
    return tuple(dict.fromkeys(_typed(sweep, path, number) for number in numbers))


def _typed(sweep: Sweep, path: str, number: float) -> Value:
    """A number of a range, whole where the recipe has a whole one."""
    try:
        now = sweep.steps if path == STEPS else value_at(sweep.base, path)
    except RecipeError:
        now = number  # of another kind of model; the recipe's own check will speak
    return round(number) if isinstance(now, int) else number
