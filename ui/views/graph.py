# SPDX-License-Identifier: MIT
"""Boxes and arrows: the anatomy of a network with its narrowest layer lit, or one gradient step in slow motion."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from engine.protocol.payloads import Graph, Node
from ui.language import say
from ui.theme import RADIUS, Theme
from ui.views.strokes import gray_or_color_image
from ui.views.view import View
from ui.views.words import CENTER, width_of, write, write_whole

_GAP_PX: Final = 30.0  #: between columns, room for an arrow
_CELLS_ACROSS: Final = 16
_LOWEST: Final = 0.45  #: height of a layer of one unit, as a share of the widest layer's
_WIDEST_PX: Final = 190.0
_ARC_PX: Final = 34.0  #: how far an arc stands out of its row


class GraphView(View):
    """The first Graph layer of a picture, and below it the sentence of the picture's corner."""

    def draw(self, p: QPainter, theme: Theme) -> None:
        """Arrows first, boxes over them. KeyError where an arrow names a box that is not there."""
        for layer in self.picture.layers if self.picture is not None else ():
            if isinstance(layer, Graph) and layer.nodes:
                room = QRectF(self.rect()).adjusted(theme.px(14), theme.px(8), -theme.px(14), -theme.px(10))
                words = self.picture.axes.note if self.picture is not None else ""
                if words:
                    line = QRectF(room.left(), room.bottom() - theme.px(24), room.width(), theme.px(24))
                    write(p, line, words, theme.font("body"), theme.color("ink"), CENTER)
                    room.setBottom(line.top() - theme.px(4))
                boxes = placed(theme, layer, room)
                for start, end in (*layer.edges, *(edge for edge in layer.dashed if edge not in layer.edges)):
                    around = _crosses(boxes, start, end)
                    draw_edge(p, theme, boxes[start], boxes[end], cut=(start, end) in layer.dashed, around=around)
                for node in layer.nodes:
                    draw_box(p, theme, node, boxes[node.key])
                return


def placed(theme: Theme, layer: Graph, room: QRectF) -> dict[str, QRectF]:
    """The box of each node, on a grid that fills the room; in a row of layers, the more units the higher."""
    columns = 1 + max(node.column for node in layer.nodes)
    rows = 1 + max(node.row for node in layer.nodes)
    gap = min(theme.px(_GAP_PX), room.width() / (5 * columns))
    wide = min((room.width() - (columns - 1) * gap) / columns, theme.px(_WIDEST_PX))
    across = (room.width() - wide) / max(columns - 1, 1) if columns > 1 else 0.0
    high = room.height() / rows
    most = max(node.units for node in layer.nodes)
    boxes = {}
    for node in layer.nodes:
        x = room.left() + node.column * across + ((room.width() - wide) / 2 if columns == 1 else 0)
        tall = min(needed_height(theme, node, wide), high - theme.px(10 if rows > 1 else 0))
        if rows == 1 and node.units and most > 1:
            share = _LOWEST + (1 - _LOWEST) * math.log(node.units + 1) / math.log(most + 1)
            tall = max(high * share, min(tall, high))
        y = room.top() + (node.row + 0.5) * high
        boxes[node.key] = QRectF(x, y - tall / 2, wide, tall)
    return boxes


def needed_height(theme: Theme, node: Node, wide: float) -> float:
    """The height at which all of a box can be seen."""
    words = theme.px(22) + (text_height(theme, node, wide) + theme.px(2) if node.text else 0)
    if node.caption or node.units:
        words += theme.px(18)
    return words + theme.px(12) + (_cells_height(node.values, wide - theme.px(20)) + theme.px(6) if _has(node.values) else 0)


def text_height(theme: Theme, node: Node, wide: float) -> float:
    """The height of a box's figures, wrapped to its width."""
    room = QRectF(0, 0, wide - 2 * theme.px(6), 10_000)
    flags = int(Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap)
    return QFontMetricsF(theme.font("caption")).boundingRect(room, flags, say(node.text)).height()


def draw_box(p: QPainter, theme: Theme, node: Node, box: QRectF) -> None:
    """Title, figures, cells, caption, from top to bottom."""
    color = theme.color(node.role)
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    ground = theme.color("raised")
    p.setBrush(_blend(ground, color, 0.16) if node.lit else ground)
    p.setPen(QPen(color if node.lit else theme.color("line"), theme.px(2 if node.lit else 1)))
    p.drawRoundedRect(box, theme.px(RADIUS), theme.px(RADIUS))
    room = box.adjusted(theme.px(6), theme.px(4), -theme.px(6), -theme.px(4))
    title = QColor(theme.text(node.role))
    write_whole(p, QRectF(box.left() + 2, room.top(), box.width() - 4, theme.px(20)), node.title,
                [theme.font("strong"), theme.font("caption")], title, CENTER)  # fmt: skip
    room.setTop(room.top() + theme.px(21))
    words = node.caption or _units(theme, node, room.width())
    if words and room.height() >= theme.px(16):
        foot = QRectF(room.left(), room.bottom() - theme.px(17), room.width(), theme.px(17))
        write_whole(p, foot, words, [theme.font("caption")], theme.color("soft"), CENTER)
        room.setBottom(foot.top())
    if node.text and room.height() >= theme.px(15):
        high = min(text_height(theme, node, box.width()), room.height())
        p.setFont(theme.font("caption"))
        p.setPen(theme.color("ink"))
        flags = int(Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap)
        p.drawText(QRectF(room.left(), room.top(), room.width(), high), flags, say(node.text))
        room.setTop(room.top() + high + theme.px(2))
    if _has(node.values) and node.values is not None and room.height() > theme.px(6):
        draw_cells(p, theme, node.values, color, room.adjusted(theme.px(4), theme.px(2), -theme.px(4), -theme.px(2)))


def draw_cells(p: QPainter, theme: Theme, values: NDArray[np.floating], color: QColor, room: QRectF) -> None:
    """Numbers as cells: (h, w) as an image, (k,) in rows of equal length; the size of a cell fits the room."""
    table = values if values.ndim == 2 else _in_rows(values, room)
    rows, columns = table.shape
    side = min(room.width() / columns, room.height() / rows)
    wide, high = side * columns, side * rows
    target = QRectF(room.center().x() - wide / 2, room.center().y() - high / 2, wide, high)
    p.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    p.drawImage(target, picture_image(table) if values.ndim == 2 else cells_image(theme, table, color))
    if values.ndim == 1 and side >= theme.px(6):
        p.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        p.setPen(QPen(theme.color("raised"), theme.px(1)))
        for k in range(1, columns):
            p.drawLine(QPointF(target.left() + k * side, target.top()), QPointF(target.left() + k * side, target.bottom()))
        for k in range(1, rows):
            p.drawLine(QPointF(target.left(), target.top() + k * side), QPointF(target.right(), target.top() + k * side))


def cells_image(theme: Theme, table: NDArray[np.floating], color: QColor) -> QImage:
    """Numbers as colors that fade to the ground at zero: `color` for positive ones, that of noise for negative ones."""
    known = np.isfinite(table)
    filled = np.where(known, table, 0.0)
    share = filled / max(float(np.abs(filled).max()), 1e-12)
    shades = (theme.color("plot"), color, theme.color("noise"))
    ground, above, below = (np.array([shade.red(), shade.green(), shade.blue()]) for shade in shades)
    full = np.where(share[:, :, None] >= 0, above, below)
    rgb = ground + np.abs(share)[:, :, None] * (full - ground)
    rgba = np.ascontiguousarray(np.dstack([rgb, np.where(known, 255.0, 0.0)]).round().astype(np.uint8))
    return QImage(rgba.data, table.shape[1], table.shape[0], 4 * table.shape[1], QImage.Format.Format_RGBA8888).copy()


def picture_image(table: NDArray[np.floating]) -> QImage:
    """An image whose pixels are numbers, black for 0 and below, white for the largest."""
    filled = np.clip(np.nan_to_num(table), 0.0, None)
    return gray_or_color_image(np.asarray(255 * filled / max(float(filled.max()), 1e-12), np.uint8))


def draw_edge(p: QPainter, theme: Theme, start: QRectF, end: QRectF, cut: bool, around: bool = False) -> None:
    """An arrow from box to box through the gaps, along a column straight; `around` others in its row in an arc."""
    color = theme.color("noise" if cut else "soft")
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    p.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(color, 1.6 * theme.scale)
    if cut:
        pen.setDashPattern([3.0, 3.0])
    p.setPen(pen)
    a, b, out, into = _ends_around(start, end) if around else _ends(start, end)
    away = abs(b.x() - a.x()) if out.x() else math.hypot(b.x() - a.x(), b.y() - a.y())
    reach = max(away * (0.7 if out.x() else 0.4), theme.px(6))  # bends within the gap between two columns
    reach = min(reach, theme.px(_ARC_PX)) if around else reach
    path = QPainterPath(a)
    path.cubicTo(a + out * reach, b + into * reach, b)
    p.drawPath(path)
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(color)
    size = theme.px(7)
    side = QPointF(-into.y(), into.x())
    p.drawPolygon([b, b + into * size + side * (size * 0.5), b + into * size - side * (size * 0.5)])
    if cut:
        middle = path.pointAtPercent(0.5)
        badge = QRectF(middle.x() - theme.px(9), middle.y() - theme.px(9), theme.px(18), theme.px(18))
        p.setBrush(theme.color("panel"))
        p.drawEllipse(badge)
        write(p, badge, "✕", theme.font("caption"), color, CENTER)


def _ends(start: QRectF, end: QRectF) -> tuple[QPointF, QPointF, QPointF, QPointF]:
    """Where an arrow leaves, where it arrives, and the directions in which both ends stand out of their boxes."""
    if end.left() >= start.right() - 1:
        return QPointF(start.right(), start.center().y()), QPointF(end.left(), end.center().y()), QPointF(1, 0), QPointF(-1, 0)
    if end.right() <= start.left() + 1:
        return QPointF(start.left(), start.center().y()), QPointF(end.right(), end.center().y()), QPointF(-1, 0), QPointF(1, 0)
    if end.top() >= start.bottom() - 1:
        return QPointF(start.center().x(), start.bottom()), QPointF(end.center().x(), end.top()), QPointF(0, 1), QPointF(0, -1)
    if end.bottom() <= start.top() + 1:
        return QPointF(start.center().x(), start.top()), QPointF(end.center().x(), end.bottom()), QPointF(0, -1), QPointF(0, 1)
    return _ends_around(start, end)


def _ends_around(start: QRectF, end: QRectF) -> tuple[QPointF, QPointF, QPointF, QPointF]:
    """The ends of an arc: above for one that goes on, below for one that goes back."""
    if end.center().x() > start.center().x():
        up = QPointF(0, -1)
        return QPointF(start.center().x(), start.top()), QPointF(end.center().x(), end.top()), up, up
    down = QPointF(0, 1)
    return QPointF(start.center().x(), start.bottom()), QPointF(end.center().x(), end.bottom()), down, down


def _same_row(one: QRectF, other: QRectF) -> bool:
    return one.top() < other.center().y() < one.bottom() or other.top() < one.center().y() < other.bottom()


def _crosses(boxes: dict[str, QRectF], start: str, end: str) -> bool:
    """Whether another box of their row stands between two."""
    one, other = boxes[start], boxes[end]
    left, right = sorted((one.center().x(), other.center().x()))
    between = (box for key, box in boxes.items() if key not in (start, end) and left < box.center().x() < right)
    return _same_row(one, other) and any(box.top() < one.center().y() < box.bottom() for box in between)


def _units(theme: Theme, node: Node, wide: float) -> str:
    if not node.units:
        return ""
    words = f"{node.units:,} unit" + ("" if node.units == 1 else "s")
    return words if width_of(words, theme.font("caption")) <= wide else f"{node.units:,}"


def _in_rows(values: NDArray[np.floating], room: QRectF) -> NDArray[np.floating]:
    """(k,) as rows of equal length, the last filled up with NaN, shaped like the room."""
    count = len(values)
    columns = min(max(round(math.sqrt(count * room.width() / max(room.height(), 1.0))), 1), count)
    rows = -(-count // columns)
    return np.concatenate([values, np.full(rows * columns - count, np.nan)]).reshape(rows, columns)


def _cells_height(values: NDArray[np.floating] | None, wide: float) -> float:
    """The height at which cells are well seen: an image as wide as the box, a vector in rows of sixteen."""
    if values is None:
        return 0.0
    if values.ndim == 2:
        return float(wide * values.shape[0] / max(values.shape[1], 1))
    across = min(len(values), _CELLS_ACROSS)
    return min(wide / across, 24.0) * -(-len(values) // across)


def _has(values: NDArray[np.floating] | None) -> bool:
    return values is not None and values.size > 0 and values.ndim in (1, 2)


def _blend(a: QColor, b: QColor, share: float) -> QColor:
    mixed = [x + (y - x) * share for x, y in zip(a.getRgbF(), b.getRgbF(), strict=True)]  # type: ignore[call-overload]
    return QColor.fromRgbF(*mixed)
