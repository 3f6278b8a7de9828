# SPDX-License-Identifier: MIT
"""One figure of a sweep, painted: a map of cells in a perceptually uniform color map, or lines; what is not done is empty."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from engine.protocol.sweeping.map import Spot
from ui.sweeping.layout import Layout
from ui.theme import Theme
from ui.theme.colormap import color_table
from ui.views.ticks import linear

LEFT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
BANDS = 64  #: of the scale of colors


def draw(p: QPainter, theme: Theme, place: Layout, spot: Spot | None) -> None:
    """Paint the picture; `spot` is the cell under the cursor."""
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    p.setFont(theme.font("caption"))
    if place.map.lines:
        _draw_grid(p, theme, place)
        _draw_lines(p, theme, place, spot)
    else:
        _draw_cells(p, theme, place, spot)
        _draw_scale(p, theme, place)
    _draw_names(p, theme, place)


def short(value: float) -> str:
    """A figure in three places."""
    return f"{value:.3g}"


def _draw_cells(p: QPainter, theme: Theme, place: Layout, under: Spot | None) -> None:
    found, gap = place.map, theme.scale
    for spot in found.cells:
        box = place.cell(spot).adjusted(gap, gap, -gap, -gap)
        p.fillRect(box, theme.color("raised"))
        if spot in found.means:
            color = _color(found.means[spot], found.low, found.high)
            p.fillRect(box, color)
            p.setPen(QColor("black" if color.lightnessF() > 0.45 else "white"))
            p.drawText(box, Qt.AlignmentFlag.AlignCenter, short(found.means[spot]))
        elif spot in found.failures:
            p.setPen(theme.color("alert"))
            p.drawText(box, Qt.AlignmentFlag.AlignCenter, "×")
        if spot == under:
            p.setPen(QPen(theme.color("ink"), 2 * theme.scale))
            p.drawRect(box)
    p.setPen(theme.color("soft"))
    for y in found.ys:
        box = place.cell((found.xs[0], y))
        p.drawText(QRectF(0, box.top(), box.left() - theme.px(6), box.height()), LEFT, str(y))


def _color(value: float, low: float, high: float) -> QColor:
    part = (value - low) / ((high - low) or 1.0)
    red, green, blue = color_table()[round(255 * min(max(part, 0.0), 1.0))].tolist()
    return QColor(red, green, blue)


def _draw_scale(p: QPainter, theme: Theme, place: Layout) -> None:
    """The colors from the lowest to the highest value, beside the map."""
    area, found = place.area, place.map
    bar = QRectF(area.right() + theme.px(16), area.top(), theme.px(12), area.height())
    step = bar.height() / BANDS
    for band in range(BANDS):
        color = _color(1 - band / (BANDS - 1), 0.0, 1.0)
        p.fillRect(QRectF(bar.left(), bar.top() + band * step, bar.width(), step + 1), color)
    p.setPen(theme.color("soft"))
    for value, y in ((found.high, bar.top()), (found.low, bar.bottom())):
        p.drawText(QPointF(bar.right() + theme.px(6), y + theme.px(4)), short(value))


def _draw_grid(p: QPainter, theme: Theme, place: Layout) -> None:
    area = place.area
    for value in linear(place.map.low, place.map.high, 6):
        y = place.up(value)
        p.setPen(theme.color("grid"))
        p.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        p.setPen(theme.color("soft"))
        p.drawText(QRectF(0, y - 20, area.left() - theme.px(6), 40), LEFT, short(value))


def _draw_lines(p: QPainter, theme: Theme, place: Layout, under: Spot | None) -> None:
    for number, line in enumerate(place.map.ys):
        color = theme.class_color(number)
        spots = [(x, line) for x in place.map.xs if (x, line) in place.map.means]
        p.setPen(QPen(color, 2 * theme.scale))
        p.drawPolyline([place.center(spot) for spot in spots])
        p.setBrush(color)
        for spot in spots:
            size = theme.px(6 if spot == under else 4)
            p.drawEllipse(place.center(spot), size, size)
        p.setBrush(Qt.BrushStyle.NoBrush)
        if spots and line != "":
            p.setPen(theme.color("ink"))
            p.drawText(place.center(spots[-1]) + QPointF(theme.px(10), theme.px(4)), str(line))


def _draw_names(p: QPainter, theme: Theme, place: Layout) -> None:
    area, found = place.area, place.map
    p.setPen(theme.color("soft"))
    for x in found.xs:
        box = QRectF(place.across(x) - theme.px(60), area.bottom() + theme.px(4), theme.px(120), theme.px(18))
        p.drawText(box, Qt.AlignmentFlag.AlignCenter, str(x))
    p.setPen(theme.color("ink"))
    below = QRectF(area.left(), area.bottom() + theme.px(22), area.width(), theme.px(18))
    p.drawText(below, Qt.AlignmentFlag.AlignCenter, found.axes[0])
    above = "" if found.lines else f"{found.axes[1]} ↑   "
    p.drawText(QPointF(theme.px(8), theme.px(17)), f"{above}{found.label}")
