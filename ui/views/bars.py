# SPDX-License-Identifier: MIT
"""Horizontal bars with their values: KL per dimension, posterior weights with thumbnails, spectra with reference marks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

import ui.views.ticks as ticks
from engine.protocol.payloads import NO_EXAMPLE, Axes, Bars
from engine.protocol.recipe.probes import Panel
from ui.theme import Role, Theme, theme_of
from ui.views.frame import draw_corner
from ui.views.strokes import draw_edge, gray_or_color_image
from ui.views.view import View
from ui.views.words import CENTER, LEFT, RIGHT, width_of, write

_ROW_PX: Final = (4.0, 56.0)  #: the lowest and the highest row
_WRITTEN_PX: Final = 12.0  #: rows lower than this have no room for words; every second or third is named
_HEAD_PX: Final = 18.0  #: of the names of the parts
_FOOT_PX: Final = 24.0  #: of the figure below the bars
_DIM: Final = 0.45  #: opacity of a bar that does not count; its words stay readable
_PART_ROLES: Final[tuple[Role, ...]] = ("prior", "learned", "exact", "noise", "data")


@dataclass(frozen=True)
class Rows:
    """How the bars of one layer lie in a room."""

    room: QRectF
    high: float  #: of a row
    shown: int  #: rows that fit
    names: float  #: width of the names
    pictures: float  #: width of the thumbnails
    low: float  #: value at the left end
    top: float  #: value at the right end
    left: float
    right: float

    def row(self, k: int) -> QRectF:
        """The place of a row with all that stands in it."""
        return QRectF(self.room.left(), self.room.top() + k * self.high, self.room.width(), self.high)

    def x(self, value: float) -> float:
        """Where a value stands."""
        share = (value - self.low) / (self.top - self.low)
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)


class BarsView(View):
    """The Bars layers of a picture, one below the other."""

    def __init__(self, panel: Panel | None = None, parent: QWidget | None = None) -> None:
        super().__init__(panel, parent)
        self.setMouseTracking(True)

    def draw(self, p: QPainter, theme: Theme) -> None:
        """Names, thumbnails, bars, values; marks over all rows; below them the figure that they come to."""
        room, foot = self._rooms(theme)
        if self.picture is not None and foot.height():
            draw_corner(p, theme, self.picture.axes, foot, one_line=True)
        for layer, values, part in self._parts(room):
            draw_bars(p, theme, layer, values, part)
            if self.picked in layer.examples:
                rows = _laid_out(theme, layer, values, _below_head(theme, layer, part))
                draw_edge(p, theme, rows.row(layer.examples.index(self.picked)).adjusted(-4, 1, 4, -1), theme.px(4))

    def example_at(self, at: QPointF) -> int | None:
        """The example whose bar is at a pixel."""
        theme = theme_of(self)
        for layer, values, part in self._parts(self._rooms(theme)[0]):
            rows = _laid_out(theme, layer, values, _below_head(theme, layer, part))
            shown = layer.examples[: rows.shown]
            found = (example for k, example in enumerate(shown) if rows.row(k).contains(at) and example != NO_EXAMPLE)
            if (example := next(found, None)) is not None:
                return example
        return None

    def _rooms(self, theme: Theme) -> tuple[QRectF, QRectF]:
        """The room of the bars, and below them that of the figure, which may have no height."""
        edge = theme.px(12)
        room = QRectF(self.rect()).adjusted(edge, theme.px(2), -edge, -theme.px(6))
        axes = self.picture.axes if self.picture is not None else Axes()
        high = theme.px(_FOOT_PX) if axes.note or axes.figure else 0.0
        foot = QRectF(room.left(), room.bottom() - high, room.width(), high)
        room.setBottom(foot.top())
        return room, foot

    def _parts(self, room: QRectF) -> Iterator[tuple[Bars, NDArray[np.float64], QRectF]]:
        """Each layer of bars with its values, and its share of the room."""
        layers = [layer for layer in self.picture.layers if isinstance(layer, Bars)] if self.picture is not None else []
        count, room = sum(len(layer.labels) for layer in layers), QRectF(room)
        for layer in layers:
            values = checked(layer)
            part = QRectF(room.left(), room.top(), room.width(), room.height() * len(values) / max(count, 1))
            room.setTop(part.bottom())
            count -= len(values)
            if len(values):
                yield layer, values, part


def checked(layer: Bars) -> NDArray[np.float64]:
    """The values, (n, parts), what is no number as 0; ValueError where they do not fit their names."""
    values = np.atleast_2d(np.asarray(layer.values, np.float64))
    if values.ndim != 2 or len(values) != len(layer.labels):
        raise ValueError(f"“{layer.name}”: {len(layer.labels)} names for values of the shape {layer.values.shape}")
    return np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)


def draw_bars(p: QPainter, theme: Theme, layer: Bars, values: NDArray[np.float64], room: QRectF) -> None:
    """One layer of bars in its room."""
    _draw_head(p, theme, layer, room)
    room = _below_head(theme, layer, room)
    rows = _laid_out(theme, layer, values, room)
    roles = layer.roles or ((layer.role,) if values.shape[1] == 1 else _PART_ROLES)
    stride = max(int(np.ceil(theme.px(_WRITTEN_PX) / rows.high)), 1)
    small, strong = theme.font("caption"), theme.font("strong")
    for k in range(rows.shown):
        dim = k < len(layer.dim) and layer.dim[k]
        row = rows.row(k)
        p.setOpacity(_DIM if dim else 1.0)
        end = _draw_bar(p, theme, rows, row, values[k], roles)
        if layer.thumbnails is not None and k < len(layer.thumbnails):
            side = min(rows.pictures, rows.high) - theme.px(3)
            at = QRectF(room.left() + rows.names, row.center().y() - side / 2, side, side)
            p.drawImage(at, gray_or_color_image(layer.thumbnails[k]))
        p.setOpacity(1.0)
        if k % stride == 0:
            tall = QRectF(row.left(), row.center().y() - theme.px(9), rows.names - theme.px(8), theme.px(18))
            write(p, tall, layer.labels[k], small, theme.color("faint" if dim else "soft"), LEFT)
        if stride == 1:
            said = QRectF(end + theme.px(8), row.center().y() - theme.px(9), room.right() - end, theme.px(18))
            text = said_value(float(values[k].sum())) + (f" {layer.unit}" if k == 0 else "")
            write(p, said, text, strong, theme.color("faint" if dim else "ink"), LEFT)
    _draw_marks(p, theme, layer, rows)
    if rows.shown < len(values):
        rest = QRectF(room.left(), room.bottom() - theme.px(16), room.width(), theme.px(16))
        write(p, rest, f"and {len(values) - rows.shown} more", small, theme.color("faint"), RIGHT)


def said_value(value: float) -> str:
    """A bar's value: two decimals; two digits where it would read 0.00."""
    if value == 0 or abs(value) >= 0.01:
        return f"{value:,.2f}".replace("-", "−")
    return ticks.label(float(f"{value:.1e}"))


def _laid_out(theme: Theme, layer: Bars, values: NDArray[np.float64], room: QRectF) -> Rows:
    least, most = (theme.px(length) for length in _ROW_PX)
    room = room.adjusted(0, theme.px(4), 0, -theme.px(16 if layer.marks else 2))
    high = min(max(room.height() / len(values), least), most)
    shown = min(len(values), max(int(room.height() / high + 1e-6), 1))
    small, strong = theme.font("caption"), theme.font("strong")
    names = min(max((width_of(name, small) for name in layer.labels), default=0) + theme.px(10), 0.4 * room.width())
    pictures = min(high, theme.px(34)) + theme.px(4) if layer.thumbnails is not None else 0.0
    texts = [said_value(value) for value in values.sum(axis=1).tolist()]
    texts[0] += f" {layer.unit}"
    said = max(width_of(text, strong) for text in texts) + theme.px(12)
    left = room.left() + names + pictures
    right = max(room.right() - said, left + 1)
    low = min(float(np.minimum(values, 0).sum(axis=1).min()), 0.0, *layer.marks)
    top = max(float(np.maximum(values, 0).sum(axis=1).max()), 0.0, *layer.marks)
    return Rows(room, high, shown, names, pictures, low, top if top > low else low + 1.0, left, right)


def _below_head(theme: Theme, layer: Bars, room: QRectF) -> QRectF:
    """The room below the names of the parts."""
    return room.adjusted(0, theme.px(_HEAD_PX + 2), 0, 0) if layer.parts else room


def _draw_head(p: QPainter, theme: Theme, layer: Bars, room: QRectF) -> None:
    """Names of the parts above the bars."""
    font, row, x = theme.font("caption"), theme.px(_HEAD_PX), room.left()
    roles = layer.roles or _PART_ROLES  # as in draw_bars: parts are named where there are several
    for k, name in enumerate(layer.parts):
        wide = width_of(name, font)
        p.fillRect(QRectF(x, room.top() + theme.px(5), theme.px(9), theme.px(9)), theme.color(roles[k % len(roles)]))
        write(p, QRectF(x + theme.px(14), room.top(), wide, row), name, font, theme.color("soft"), LEFT)
        x += wide + theme.px(28)


def _draw_bar(
    p: QPainter, theme: Theme, rows: Rows, row: QRectF, values: NDArray[np.float64], roles: tuple[Role, ...]
) -> float:
    """The parts of one bar, positive ones to the right of zero, negative ones to the left; where it ends."""
    thick = min(max(rows.high * 0.62, 2.0), theme.px(26))
    top = row.center().y() - thick / 2
    right = left = 0.0
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    p.setPen(Qt.PenStyle.NoPen)
    radius = min(theme.px(4), thick / 3) if len(values) == 1 else 0.0
    for k, value in enumerate(values.tolist()):
        start = right if value >= 0 else left
        a, b = sorted((rows.x(start), rows.x(start + value)))
        p.setBrush(theme.color(roles[k % len(roles)]))
        p.drawRoundedRect(QRectF(a, top, max(b - a, 1.0), thick), min(radius, (b - a) / 2), radius)
        right, left = (right + value, left) if value >= 0 else (right, left + value)
    return rows.x(right)


def _draw_marks(p: QPainter, theme: Theme, layer: Bars, rows: Rows) -> None:
    """Reference values as dashed lines over all rows, their value at the foot."""
    bottom = rows.room.top() + rows.shown * rows.high
    p.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    p.setPen(QPen(theme.color("ink"), theme.px(1), Qt.PenStyle.DashLine))
    for mark in layer.marks:
        x = round(rows.x(mark))
        p.drawLine(QPointF(x, rows.room.top()), QPointF(x, bottom))
    for mark in layer.marks:
        at = QRectF(rows.x(mark) - theme.px(40), bottom, theme.px(80), theme.px(16))
        write(p, at, ticks.label(mark), theme.font("caption"), theme.color("soft"), CENTER)
