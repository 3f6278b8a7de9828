# SPDX-License-Identifier: MIT
"""One picture of curves: where the axes lie, the strokes, and each curve's name and last value at its end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QPainter, QPen

import ui.views.ticks as ticks
from ui.language import say
from ui.theme import Theme
from ui.views.camera import Camera
from ui.views.lines import Array, Line, thinned
from ui.views.paths import dashes
from ui.views.strokes import draw_lines, draw_polyline
from ui.views.words import CENTER, LEFT, RIGHT, squeezed, width_of, write

_ROW_PX: Final = 36.0  #: room for one mark of the y axis
_COLUMN_PX: Final = 92.0  #: and of the x axis
_TITLE_MOST: Final = 0.3  #: share of the width up to which the title of the x axis stands beside it
_NAMES_MOST: Final = 0.48  #: share of the width that the names at the right may take
_STROKE_PX: Final = 1.8  #: what is finer than the stroke need not be drawn
_BEYOND: Final = 8.0  #: pixels above and below the axes that names may take
_CLEAR: Final = 3.0  #: … below, where there is room for all: the title of the x axis stands there
_SAMPLES: Final = 4096
#: on and off, in pixels along x, for lanes 0 to 3
_PATTERNS: Final = ((), (11.0, 5.0), (2.5, 4.5), (11.0, 4.0, 2.5, 4.0))


@dataclass(frozen=True)
class Settings:
    """What the user chose for one panel of curves."""

    log: bool = False
    outliers: bool = True  #: the axis spans all values; without, the few extreme ones run out of the picture
    seconds: bool = False


@dataclass(frozen=True)
class Chart:
    """Curves with the axes that show them. Heights are those of the scale: log10 where it is logarithmic."""

    lines: tuple[Line, ...]
    scale: ticks.Scale
    knee: float
    camera: Camera
    marks: tuple[float, ...]  #: values at which the y axis has a mark
    width: float  #: of the widget

    @staticmethod
    def of(
        theme: Theme, size: QSizeF, lines: Sequence[Line], settings: Settings, titles: tuple[str, str], start: float | None
    ) -> Chart | None:
        """Lay the curves out in a widget of `size`; None where there is nothing to show.

        `titles` are those of the x and the y axis; the x axis begins at `start`, where one is given, else with the data.
        """
        lines = tuple(line for line in lines if len(line.numbers))
        present = [line for line in lines if not line.older]
        if not present:
            return None
        scale, knee = _scale(present, settings.log)
        low, high = _heights(present, scale, knee, settings.outliers)
        x0 = min(float(line.x[0]) for line in present) if start is None else start
        x1 = max(float(line.x[-1]) for line in present)
        x1 = max(x1, x0 + 1) if start is not None else x1  # before the second step there is an axis, too
        top = theme.px(22 if titles[1] else 10)
        room = QRectF(0, top, size.width(), max(size.height() - top - theme.px(24), 1.0))
        marks = _marks(low, high, scale, knee, max(int(room.height() / theme.px(_ROW_PX)), 2))
        font = theme.font("caption")
        left = max((width_of(text, font) for text in _labels(marks, scale)), default=0.0) + theme.px(20)
        tall = _tall(theme, room, present)
        names = max(name_width(theme, line, tall) for line in present)
        title = width_of(titles[0], font)
        names = (max(names, title) if title < _TITLE_MOST * size.width() else names) + theme.px(18)
        right = min(names, _NAMES_MOST * size.width())
        room.setLeft(left)
        room.setRight(max(size.width() - right, left + 1.0))
        camera = Camera.fit((x0, x1, low, high), room, equal=False)
        return Chart(lines, scale, knee, camera, tuple(marks), size.width())

    def heights(self, y: Array) -> Array:
        """Values as heights on the scale."""
        return ticks.scaled(y, self.scale, self.knee)

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Where a measured point is in the widget; y is NaN where the scale cannot show it."""
        at = self.camera.pixels(np.array((x, float(self.heights(np.array([y]))[0]))))
        return float(at[0]), float(at[1])

    def value(self, x_px: float, y_px: float) -> tuple[float, float]:
        """The point (x, y) under a pixel of the widget."""
        x, height = self.camera.plane(x_px, y_px)
        return x, ticks.unscaled(height, self.scale, self.knee)


def draw_axes(p: QPainter, theme: Theme, chart: Chart, titles: tuple[str, str]) -> None:
    """Hairlines and numbers; the axes end where the data end."""
    room, font = chart.camera.room, theme.font("caption")
    faint = theme.color("faint")
    p.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for value, text in zip(chart.marks, _labels(chart.marks, chart.scale), strict=True):
        y = round(chart.pixel(chart.camera.shown[0], value)[1])
        p.setPen(QPen(theme.color("grid"), theme.px(1)))
        p.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
        write(p, QRectF(0, y - theme.px(9), room.left() - theme.px(8), theme.px(18)), text, font, faint, RIGHT)
    x0, x1 = chart.camera.shown[:2]
    values = ticks.linear(x0, x1, max(int(room.width() / theme.px(_COLUMN_PX)), 1))
    step = values[1] - values[0] if len(values) > 1 else None
    below, half = room.bottom() + theme.px(5), theme.px(_COLUMN_PX) / 2
    long = width_of(titles[0], font)
    end = QRectF(room.right() + theme.px(10), below, chart.width - room.right() - theme.px(12), theme.px(17))
    if long > end.width():  # a long title takes the place of the last numbers
        end.setLeft(max(chart.width - long - theme.px(4), room.left()))
    for value in values:
        text = ticks.label(value, step)
        x, wide = chart.camera.pixels(np.array((value, 0.0)))[0], width_of(text, font)
        center = min(x, room.right() - wide / 2)  # the last number ends where the axis ends
        if center + wide / 2 + theme.px(6) < end.left():
            write(p, QRectF(center - half, below, 2 * half, theme.px(17)), text, font, faint, CENTER)
    write(p, end, titles[0], font, faint, LEFT)
    if titles[1]:
        write(p, QRectF(theme.px(12), 0, chart.width - theme.px(24), theme.px(20)), titles[1], font, faint, LEFT)


def draw_strokes(p: QPainter, theme: Theme, chart: Chart) -> None:
    """All curves, older builds faint beneath the present ones."""
    room = chart.camera.room
    x0, x1 = chart.camera.shown[:2]
    margin = theme.px(3)
    p.save()
    p.setClipRect(room.adjusted(0, -margin, margin, margin))
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    for line in chart.lines:
        width = (1.0 if line.older else _STROKE_PX) * theme.scale
        x, y = thinned(line.x, line.y, x0, x1, max(int(room.width() / (_STROKE_PX * theme.scale)), 1))
        px = chart.camera.pixels(np.stack([x, chart.heights(y)], axis=1))
        p.setPen(QPen(theme.color(line.role, 0.3 if line.older else 1.0), width))
        pattern = () if line.older else _PATTERNS[line.lane % len(_PATTERNS)]
        if pattern:
            px = _broken(px, [length * theme.scale for length in pattern])
            draw_polyline(p, px)
        elif line.dashed:
            draw_lines(p, *dashes(px, theme.scale))
        else:
            draw_polyline(p, px)
            if len(px) == 1:
                p.drawPoint(QPointF(*px[0].tolist()))
    p.restore()


def draw_line_ends(p: QPainter, theme: Theme, chart: Chart) -> None:
    """Name and last value at the end of each curve, moved apart where they would meet."""
    room = chart.camera.room
    named = [line for line in chart.lines if not line.older]
    tall = _tall(theme, room, named)
    high = theme.px(31 if tall else 16)
    wanted = []
    for line in named:
        y = chart.pixel(*line.last)[1]
        wanted.append(min(max(y, room.top()), room.bottom()) if y == y else room.bottom())
    left = room.right() + theme.px(10)
    wide = chart.width - left - theme.px(4)
    small, strong = theme.font("caption"), theme.font("strong")
    above = room.top() - theme.px(_BEYOND)
    below = min(max(above + high * len(named), room.bottom() + theme.px(_CLEAR)), room.bottom() + theme.px(_BEYOND))
    for line, y in zip(named, spread(wanted, high, above, below), strict=True):
        value = ticks.exact(line.last[1])
        color = QColor(theme.text(line.role))
        if tall and not line.plain:
            name = say(line.label)
            at = QRectF(left, y - theme.px(15), wide, theme.px(15))
            write(p, at, name, squeezed(name, small, wide), color, LEFT)
            write(p, QRectF(left, y, wide, theme.px(15)), value, strong, color, LEFT)
        else:
            words = say(line.label) if line.plain else f"{say(line.label)} {value}"
            words = words if width_of(words, squeezed(words, small, wide)) <= wide else value  # its color says whose it is
            at = QRectF(left, y - theme.px(8), wide, theme.px(16))
            write(p, at, words, squeezed(words, small, wide), color, LEFT)


def name_width(theme: Theme, line: Line, tall: bool) -> float:
    """The room that a curve's name and last value need, one above the other or, in one line, side by side."""
    name, value = width_of(line.label, theme.font("caption")), ticks.exact(line.last[1])
    if line.plain:
        return name
    if not tall:
        return name + width_of(f" {value}", theme.font("caption"))
    return max(name, width_of(value, theme.font("strong")))


def _tall(theme: Theme, room: QRectF, named: Sequence[Line]) -> bool:
    """Whether each name has two lines."""
    return 2 * theme.px(15) * len(named) <= room.height() + theme.px(2 * _BEYOND)


def spread(wanted: Sequence[float], high: float, top: float, bottom: float) -> list[float]:
    """Places as near to the wanted ones as rows of this height allow, within top … bottom where there is room for all."""
    order = sorted(range(len(wanted)), key=lambda k: wanted[k])
    places = list(wanted)
    free = top + high / 2
    for k in order:
        places[k] = max(wanted[k], free)
        free = places[k] + high
    free = bottom - high / 2
    for k in reversed(order):
        places[k] = min(places[k], free)
        free = places[k] - high
    return places


def _scale(lines: Sequence[Line], log: bool) -> tuple[ticks.Scale, float]:
    """The scale that can show the values, and the knee of a symmetric one: a thousandth of the largest size."""
    if not log:
        return "linear", 1.0
    if all(line.ends[0] >= 0 for line in lines):
        return "log", 1.0
    largest = max(abs(end) for line in lines for end in line.ends)
    return "symlog", 10.0 ** (math.floor(math.log10(max(largest, 1e-300))) - 2)


def _heights(lines: Sequence[Line], scale: ticks.Scale, knee: float, outliers: bool) -> tuple[float, float]:
    """The lowest and the highest height that the axis shows."""
    ends: list[float] = []
    for line in lines:
        values = line.numbers if scale != "log" or line.ends[0] > 0 else line.numbers[line.numbers > 0]
        if not len(values):
            continue
        if outliers:
            shown = [values.min(), values.max()] if values is not line.numbers else [*line.ends]
        else:
            shown = [*np.percentile(values[:: max(len(values) // _SAMPLES, 1)], (2, 98)), values[-1]]
        ends += ticks.scaled(np.array(shown), scale, knee).tolist()
    low, high = (float(min(ends)), float(max(ends))) if ends else (0.0, 1.0)
    if high - low < 1e-9 * max(abs(high), abs(low), 1e-9):
        air = 0.1 if scale != "linear" else max(abs(high) * 0.1, 1e-6)
        return low - air, high + air
    return low, high


def _marks(low: float, high: float, scale: ticks.Scale, knee: float, most: int) -> list[float]:
    """The values that the y axis names."""
    if scale == "linear":
        return ticks.linear(low, high, most)
    if scale == "log":
        return ticks.logarithmic(10.0**low, 10.0**high, most)
    back = [2 * knee * math.sinh(end * math.log(10)) for end in (low, high)]
    return ticks.symmetric(back[0], back[1], knee, most)


def _labels(marks: Sequence[float], scale: ticks.Scale) -> list[str]:
    even = scale == "linear" and len(marks) > 1
    return [ticks.label(value, marks[1] - marks[0] if even else None) for value in marks]


def _broken(px: Array, pattern: Sequence[float]) -> Array:
    """A curve with gaps (NaN) where the pattern of its lane has none of it, counted along x."""
    if len(px) < 2:
        return px
    cuts = np.arange(px[0, 0], px[-1, 0], 1.0)
    dense = px if len(px) > len(cuts) else np.stack([cuts, np.interp(cuts, px[:, 0], px[:, 1])], axis=1)
    place = (dense[:, 0] - px[0, 0]) % sum(pattern)
    ends = np.cumsum(pattern)
    gap = np.searchsorted(ends, place, side="right") % 2 == 1
    return np.where(gap[:, None], np.nan, dense)
