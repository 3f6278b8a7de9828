# SPDX-License-Identifier: MIT
"""Where everything of a sweep's picture stands, in pixels: the cells of a map, the points of lines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF

from engine.protocol.sweeping.map import Map, Spot
from engine.protocol.typed import Value

MARGINS: Final = (64, 26, 92, 44)  #: left, top, right, bottom: room for numbers, names and the scale of colors
NEAR_PX: Final = 14  #: how near the cursor must come to a point of a line


@dataclass(frozen=True)
class Layout:
    """A picture in a rectangle, all lengths times `scale`."""

    map: Map
    rect: QRectF
    scale: float

    @property
    def area(self) -> QRectF:
        """Where the cells or lines are."""
        left, top, right, bottom = (self.scale * margin for margin in MARGINS)
        return self.rect.adjusted(left, top, -right, -bottom)

    def cell(self, spot: Spot) -> QRectF:
        """The box of a cell."""
        area = self.area
        wide, high = area.width() / len(self.map.xs), area.height() / len(self.map.ys)
        column, row = self.map.xs.index(spot[0]), self.map.ys.index(spot[1])
        return QRectF(area.left() + column * wide, area.bottom() - (row + 1) * high, wide, high)

    def center(self, spot: Spot) -> QPointF:
        """The middle of a cell, or the place of a point of a line."""
        if not self.map.lines:
            return self.cell(spot).center()
        return QPointF(self.across(spot[0]), self.up(self.map.means.get(spot, self.map.low)))

    def up(self, value: float) -> float:
        """The height of a value of a line."""
        part = (value - self.map.low) / ((self.map.high - self.map.low) or 1.0)
        return self.area.bottom() - (0.04 + 0.92 * part) * self.area.height()

    def across(self, x: Value) -> float:
        """The place of a value on the axis: its column, or for lines by its logarithm where all are positive."""
        if not self.map.lines:
            return self.cell((x, self.map.ys[0])).center().x()
        numbers = [float(value) for value in self.map.xs]
        at = float(x)
        if min(numbers) > 0:
            numbers, at = [math.log(value) for value in numbers], math.log(at)
        span = max(numbers) - min(numbers)
        return self.area.left() + self.area.width() * ((at - min(numbers)) / span if span else 0.5)

    def at(self, place: QPointF) -> Spot | None:
        """The cell, or the point of a line, at a place."""
        if not self.map.lines:
            return next((spot for spot in self.map.cells if self.cell(spot).contains(place)), None)
        distances = {spot: (self.center(spot) - place).manhattanLength() for spot in self.map.means}
        near = min(distances, key=distances.__getitem__, default=None)
        return near if near is not None and distances[near] <= self.scale * NEAR_PX else None
