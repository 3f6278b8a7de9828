# SPDX-License-Identifier: MIT
"""A sweep as a picture: one figure over two axes, as a map of cells or, where an axis holds words, as a line for each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.protocol.sweeping.cells import STEPS, Cell
from engine.protocol.sweeping.declared import Sweep
from engine.protocol.sweeping.figures import FIGURES
from engine.protocol.sweeping.table import Result
from engine.protocol.typed import Value

Spot = tuple[Value, Value]  #: values on the two axes; the second is "" where there is but one


@dataclass(frozen=True)
class Map:
    """One figure of a sweep over its first two axes; over all others, seeds included, it is the mean."""

    axes: tuple[str, str]  #: their paths; the second is "" where there is but one
    xs: tuple[Value, ...]
    ys: tuple[Value, ...]
    label: str  #: of the figure
    cells: Mapping[Spot, Cell]  #: the first cell of each place
    means: Mapping[Spot, float]  #: of the finished cells that have the figure
    failures: Mapping[Spot, str]
    low: float
    high: float

    @property
    def lines(self) -> bool:
        """Whether lines say more than a map: one axis is words, or there is only one."""
        return not self.axes[1] or any(isinstance(value, str | bool) for value in self.ys)


def map_of(sweep: Sweep, cells: Sequence[Cell], done: Mapping[str, Result], figure: str) -> Map:
    """The picture of one figure, of what is done so far. A share is given in %."""
    across, up = _axes(sweep, cells)
    first: dict[Spot, Cell] = {}
    values: dict[Spot, list[float]] = {}
    failures: dict[Spot, str] = {}
    for cell in cells:
        spot = (cell.values[across], cell.values[up] if up else "")
        first.setdefault(spot, cell)
        result = done.get(cell.key)
        if result is not None and result.failure:
            failures.setdefault(spot, result.failure)
        elif result is not None and math.isfinite(result.figures.get(figure, math.nan)):
            values.setdefault(spot, []).append(result.figures[figure])
    by = 100.0 if FIGURES[figure].percent else 1.0
    means = {spot: by * sum(found) / len(found) for spot, found in values.items()}
    low, high = min(means.values(), default=0.0), max(means.values(), default=1.0)
    if FIGURES[figure].percent:
        low, high = 0.0, 100.0
    return Map((across, up), _sorted(first, 0), _sorted(first, 1), FIGURES[figure].label, first, means, failures, low, high)


def _axes(sweep: Sweep, cells: Sequence[Cell]) -> tuple[str, str]:
    """Which goes across and which up: numbers across, words up, as the sweep names them."""
    names = [*sweep.axes]
    words = [name for name in names if any(isinstance(cell.values[name], str | bool) for cell in cells)]
    names = [*(name for name in names if name not in words), *words]
    if names[0] in words:
        names.insert(0, STEPS)
    return names[0], names[1] if len(names) > 1 else ""


def _sorted(spots: Mapping[Spot, Cell], axis: int) -> tuple[Value, ...]:
    """Numbers by size; words as they stand."""
    found = tuple(dict.fromkeys(spot[axis] for spot in spots))
    return found if any(isinstance(value, str) for value in found) else tuple(sorted(found, key=float))
