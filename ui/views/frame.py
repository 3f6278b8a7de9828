# SPDX-License-Identifier: MIT
"""What stands around a plane: grid, marks and titles of its axes, legend, scale of colors, the figure in the corner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

import ui.views.ticks as ticks
from engine.protocol.payloads import Axes, Field, Picture, Points
from ui.theme import Theme
from ui.theme.colormap import color_table
from ui.views.camera import Camera
from ui.views.points import color_of
from ui.views.words import CENTER, LEFT, RIGHT, ends_within, parts_within, width_of, write, write_whole

EDGE: Final = 12.0  #: air at the sides, pixels at scale 1
_BAR_PX: Final = (30.0, 90.0)  #: the shortest and the longest bar of colors
_LOW_PX: Final = 300.0  #: a lower widget has no room for numbers along its axes
_NARROW_PX: Final = 240.0  #: nor has a narrower one
_SMALL_PX: Final = 170.0  #: a lower widget spares every line
_MARK_PX: Final = 86.0  #: room for one mark of an axis


@dataclass(frozen=True)
class Plan:
    """How a plane's widget is divided. Words stand in the bands, never in the room where the points are."""

    room: QRectF
    top: QRectF
    marks: QRectF  #: numbers and title of the x axis
    bottom: QRectF  #: legend, scale of colors
    left: QRectF  #: numbers and title of the y axis
    corner: QRectF  #: the figure: at the right of the top, or of the bottom where the chips need all of the top

    @staticmethod
    def of(theme: Theme, size: QSizeF, picture: Picture, chips: QSizeF) -> Plan:
        """Divide a widget of `size`: the bands take what they hold, the plane has the rest. `chips` is what they ask for."""
        wide, high = size.width(), size.height()
        row, edge = theme.px(22), theme.px(EDGE)
        axes = picture.axes
        corner = _corner_size(theme, axes)
        low = bool(chips.width() and corner.width() and chips.width() + corner.width() + 3 * edge > wide)
        above = max(chips.height(), 0 if low else corner.height())
        top = above + theme.px(4 if is_low(theme, high) else 16) if above else 0
        numbered = bool(axes.x or axes.y) and high >= theme.px(_LOW_PX) and wide >= theme.px(_NARROW_PX)
        marks = row if numbered else 0
        below = "" if numbered else _directions(axes)
        bottom: float = row + theme.px(4) if below or _legend(picture) or _scale(picture) is not None else 0
        line, most = _corner_line(theme, axes) if low else corner.width(), wide - 1.5 * edge
        if low:  # in one line, or in two where that is too long
            bottom = max(bottom, corner.height() + theme.px(6) if line > most else theme.px(30))
        left = row + theme.px(34) if numbered else 0
        room = QRectF(left, top, max(wide - left, 1.0), max(high - top - marks - bottom, 1.0))
        line = min(line, most)
        return Plan(
            room,
            top=QRectF(0, 0, wide, top),
            corner=QRectF(wide - edge - line, high - bottom if low else 0, line, bottom if low else top),
            marks=QRectF(left, room.bottom(), room.width(), marks),
            bottom=QRectF(0, room.bottom() + marks, wide, bottom),
            left=QRectF(0, top, left, room.height()),
        )


def is_low(theme: Theme, high: float) -> bool:
    """Whether a widget of this height spares every line for its plane."""
    return high < theme.px(_SMALL_PX)


def draw_grid(p: QPainter, theme: Theme, camera: Camera, plan: Plan, title: str) -> None:
    """Hairlines at round numbers, and the numbers beside them where there is a band for them; `title` of the x axis."""
    room = camera.room
    x0, x1, y0, y1 = camera.shown
    per_axis = theme.px(_MARK_PX)
    xs = ticks.linear(x0, x1, max(int(room.width() / per_axis), 2))
    ys = ticks.linear(y0, y1, max(int(room.height() / per_axis), 2))
    across = camera.pixels(np.array([(x, y0) for x in xs]).reshape(-1, 2))[:, 0].round().tolist()
    up = camera.pixels(np.array([(x0, y) for y in ys]).reshape(-1, 2))[:, 1].round().tolist()
    p.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    p.setPen(QPen(theme.color("grid"), theme.px(1)))
    for x in across:
        p.drawLine(QPointF(x, room.top()), QPointF(x, room.bottom()))
    for y in up:
        p.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
    font, color, half = theme.font("caption"), theme.color("faint"), per_axis / 2
    title = parts_within(title, font, plan.marks.width() - theme.px(EDGE))
    if plan.marks.height():
        end = plan.marks.right() - width_of(title, font) - theme.px(EDGE)
        for x, value in zip(across, xs, strict=True):
            box = QRectF(x - half, plan.marks.top(), 2 * half, plan.marks.height())
            if plan.marks.left() <= x - half / 2 and x + half / 2 <= end:
                write(p, box, ticks.label(value, _step(xs)), font, color, CENTER)
    if plan.left.width():
        row = theme.px(18)
        for y, value in zip(up, ys, strict=True):
            box = QRectF(plan.left.left(), y - row / 2, plan.left.width() - theme.px(5), row)
            if plan.left.top() <= box.top() and box.bottom() <= plan.left.bottom():
                write(p, box, ticks.label(value, _step(ys)), font, color, RIGHT)


def draw_bands(p: QPainter, theme: Theme, picture: Picture, plan: Plan) -> None:
    """Titles, legend, scale of colors, and the figure in the corner."""
    axes, edge = picture.axes, theme.px(EDGE)
    font, soft = theme.font("caption"), theme.color("soft")
    if axes.y and plan.left.width():
        p.save()
        p.translate(plan.left.left() + theme.px(14), plan.left.center().y())
        p.rotate(-90)
        high = plan.left.height()
        write(p, QRectF(-high / 2, -theme.px(10), high, theme.px(20)), parts_within(axes.y, font, high), font, soft, CENTER)
        p.restore()
    row = plan.bottom.adjusted(edge, 0, -edge, -theme.px(2))
    draw_corner(p, theme, axes, plan.corner, one_line=plan.corner.height() < _corner_size(theme, axes).height())
    right = plan.corner.left() - edge if plan.corner.top() > 0 else row.right()
    scale = _scale(picture)
    if scale is not None:
        right = _draw_scale(p, theme, scale, QRectF(row.left(), row.top(), right - row.left(), row.height())) - edge
    if axes.x and plan.marks.height():
        write(p, plan.marks.adjusted(0, 0, -edge, 0), parts_within(axes.x, font, plan.marks.width() - edge), font, soft, RIGHT)
    left = _draw_legend(p, theme, _legend(picture), QRectF(row.left(), row.top(), right - row.left(), row.height()))
    words = "" if plan.marks.height() else _directions(axes)
    if words and right - left >= width_of(words, font):
        write(p, QRectF(left, row.top(), right - left, row.height()), words, font, soft)


def _corner_size(theme: Theme, axes: Axes) -> QSizeF:
    """The room that the figure in the corner takes in two lines, nothing where there is none."""
    if not (axes.note or axes.figure):
        return QSizeF(0, 0)
    wide = max(width_of(axes.note, theme.font("caption")), width_of(axes.figure, theme.font("number")))
    return QSizeF(wide, (theme.px(16) if axes.note else 0) + (theme.px(24) if axes.figure else 0))


def _corner_line(theme: Theme, axes: Axes) -> float:
    """The room that it takes in one line."""
    gap = theme.px(8) if axes.note and axes.figure else 0
    return width_of(axes.note, theme.font("caption")) + gap + width_of(axes.figure, theme.font("number"))


def draw_corner(p: QPainter, theme: Theme, axes: Axes, band: QRectF, one_line: bool) -> None:
    """The figure of a picture and its words, to the right of a band."""
    small, large = theme.font("caption"), theme.font("number")
    if one_line:
        wide, gap = width_of(axes.figure, large), theme.px(8) if axes.figure else 0
        write(p, QRectF(band.right() - wide, band.top(), wide, band.height()), axes.figure, large, theme.color("ink"), RIGHT)
        write(p, band.adjusted(0, 0, -wide - gap, 0), axes.note, small, theme.color("soft"), RIGHT)
        return
    high = _corner_size(theme, axes).height()
    box = QRectF(band.left(), band.center().y() - high / 2, band.width(), high)
    if axes.note:
        line = QRectF(box.left(), box.top(), box.width(), theme.px(16))
        write(p, line, ends_within(axes.note, small, box.width()), small, theme.color("soft"), RIGHT)
    if axes.figure:
        line = QRectF(box.left(), box.bottom() - theme.px(24), box.width(), theme.px(24))
        write_whole(p, line, axes.figure, (large, theme.font("strong"), small), theme.color("ink"), RIGHT)


def _directions(axes: Axes) -> str:
    """What the axes mean, in one line."""
    return "   ".join(f"{arrow} {title}" for arrow, title in (("→", axes.x), ("↑", axes.y)) if title)


def _legend(picture: Picture) -> Points | None:
    """The first cloud whose classes have names."""
    found = (la for la in picture.layers if isinstance(la, Points) and la.classes and la.label is not None)
    return next(found, None)


def _scale(picture: Picture) -> Field | None:
    """The first field that is drawn in a scale of colors."""
    found = (la for la in picture.layers if isinstance(la, Field) and not la.classes and not la.contours)
    return next(found, None)


def _draw_legend(p: QPainter, theme: Theme, layer: Points | None, row: QRectF) -> float:
    """A dot and a name for each class, from the left; how far it reaches."""
    x, font = row.left(), theme.font("caption")
    for label, name in enumerate(layer.classes if layer else ()):
        wide = theme.px(13) + width_of(name, font)
        if layer is None or x + wide > row.right():
            break
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setPen(QPen(theme.outline, theme.scale) if theme.outline is not None else Qt.PenStyle.NoPen)
        p.setBrush(color_of(theme, layer, label))
        p.drawEllipse(QPointF(x + theme.px(4), row.center().y()), 4.0 * theme.scale, 4.0 * theme.scale)
        write(p, QRectF(x + theme.px(13), row.top(), wide, row.height()), name, font, theme.color("soft"))
        x += wide + theme.px(12)
    return x


def _draw_scale(p: QPainter, theme: Theme, layer: Field, row: QRectF) -> float:
    """Label (where there is room for it), lowest value, bar of colors, highest value, from the right; how far it reaches."""
    font, soft = theme.font("caption"), theme.color("soft")
    table = np.ascontiguousarray(color_table())
    bar = QImage(table.data, len(table), 1, 3 * len(table), QImage.Format.Format_RGB888).copy()
    x, gap = row.right(), theme.px(6)
    ends = width_of(ticks.exact(layer.high), font) + width_of(ticks.exact(layer.low), font)
    named = row.width() >= ends + width_of(layer.label, font) + theme.px(_BAR_PX[0]) + 3 * gap
    room = row.width() - ends - (width_of(layer.label, font) + gap if named else 0) - 2 * gap
    long = min(room, theme.px(_BAR_PX[1]))
    if long < theme.px(_BAR_PX[0]):
        return x  # better no scale than one that lies over other words
    for text in (ticks.exact(layer.high), "", ticks.exact(layer.low), layer.label if named else None):
        if text is None:
            break
        wide = width_of(text, font) if text else long
        x -= wide
        if text:
            write(p, QRectF(x, row.top(), wide, row.height()), text, font, soft, LEFT)
        elif text is not layer.label:
            high = theme.px(8)
            p.drawImage(QRectF(x, row.center().y() - high / 2, wide, high), bar)
        x -= gap
    return x


def _step(marks: list[float]) -> float | None:
    return marks[1] - marks[0] if len(marks) > 1 else None
