# SPDX-License-Identifier: MIT
"""The paint pad: a plane on which one's own points are sprayed and wiped away, with mouse, pen or finger."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.protocol.payloads import Points
from engine.protocol.recipe.data.painted import MOST
from ui.language import say
from ui.theme import RADIUS, theme_of
from ui.views.camera import Camera
from ui.views.points import draw_points

Tool = Literal["brush", "eraser"]
EXTENT: Final = 1.25  #: the pad shows −EXTENT … EXTENT on both axes
REACH: Final = {"brush": 0.07, "eraser": 0.12}  #: radius of what the hand does, in the plane
PER_STROKE: Final = 90.0  #: points for each unit of the way that the brush goes
DEPTH: Final = 100  #: strokes that can be undone
DIGITS: Final = 4  #: of a coordinate, so that a recipe stays readable


class PaintPad(QWidget):
    """`points` are what was painted so far. `changed` comes after each stroke, undo, redo and wipe, and while one paints."""

    changed = Signal()

    def __init__(self, points: NDArray[np.floating], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.points: NDArray[np.float64] = np.asarray(points, np.float64).reshape(-1, 2)
        self.tool: Tool = "brush"
        self._past: list[NDArray[np.float64]] = []
        self._future: list[NDArray[np.float64]] = []
        self._last: QPointF | None = None
        self._hover: QPointF | None = None
        self._due = 0.0  # points that the brush still owes
        self._rng = np.random.default_rng(len(self.points))
        self.setAccessibleName(say("Paint pad"))
        self.setToolTip(say("Drag to spray points; the eraser takes them away"))
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke to take back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is a stroke to do again."""
        return bool(self._future)

    def undo(self) -> None:
        """Take the last stroke back. Nothing happens where there is none."""
        self._turn(self._past, self._future)

    def redo(self) -> None:
        """Do the stroke again that was taken back last. Nothing happens where there is none."""
        self._turn(self._future, self._past)

    def wipe(self) -> None:
        """An empty pad; undo brings the points back."""
        self._begin()
        self._show(np.empty((0, 2)))

    def sizeHint(self) -> QSize:
        """A square."""
        side = theme_of(self).px(420)
        return QSize(side, side)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A stroke begins."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._begin()
            self._due = 1.0
            self._stroke(event.position(), event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The stroke goes on; without one, the reach of the tool follows the hand."""
        self._hover = event.position()
        if self._last is not None:
            self._stroke(self._last, event.position())
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The stroke ends."""
        self._last = None

    def leaveEvent(self, event: QEvent) -> None:
        """No hand, no ring."""
        self._hover = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The points, the cross of the axes, and the reach of the tool."""
        theme, camera = theme_of(self), self._camera()
        room = camera.room
        with QPainter(self) as p:
            p.setRenderHint(QPainter.RenderHint.Antialiasing)
            p.setPen(QPen(theme.color("line"), theme.px(1)))
            p.setBrush(theme.color("plot"))
            p.drawRoundedRect(room, theme.px(RADIUS), theme.px(RADIUS))
            middle = QPointF(*camera.pixels(np.zeros(2)))
            p.setPen(QPen(theme.color("grid"), theme.px(1)))
            p.drawLine(QPointF(room.left(), middle.y()), QPointF(room.right(), middle.y()))
            p.drawLine(QPointF(middle.x(), room.top()), QPointF(middle.x(), room.bottom()))
            if len(self.points):
                draw_points(p, theme, camera, Points(name="painted", xy=self.points.astype(np.float32), size_px=4.0))
            if self._hover is not None and room.contains(self._hover):
                p.setPen(QPen(theme.color("accent"), theme.px(1)))
                p.setBrush(Qt.BrushStyle.NoBrush)
                reach = REACH[self.tool] * camera.scale[0]
                p.drawEllipse(self._hover, reach, reach)

    def _camera(self) -> Camera:
        side = min(self.width(), self.height()) - 1.0
        room = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        return Camera(room, (-EXTENT, EXTENT, -EXTENT, EXTENT))

    def _stroke(self, start: QPointF, end: QPointF) -> None:
        camera = self._camera()
        a, b = (np.array(camera.plane(at.x(), at.y())) for at in (start, end))
        self._last = end
        self._show(self._sprayed(a, b) if self.tool == "brush" else self._wiped(a, b))

    def _sprayed(self, a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
        """More points, evenly over the disk that goes from a to b."""
        self._due += PER_STROKE * float(np.linalg.norm(b - a))
        count = min(int(self._due), MOST - len(self.points))
        self._due -= int(self._due)
        along, angle = self._rng.uniform(size=(count, 1)), self._rng.uniform(0, 2 * np.pi, count)
        away = REACH["brush"] * np.sqrt(self._rng.uniform(size=(count, 1)))
        fresh = a + along * (b - a) + away * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        return np.concatenate([self.points, fresh.clip(-EXTENT, EXTENT).round(DIGITS)])

    def _wiped(self, a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
        """The points farther from the way a … b than the eraser reaches."""
        way = b - a
        share = ((self.points - a) @ way / max(float(way @ way), 1e-12)).clip(0, 1)[:, None]
        kept: NDArray[np.float64] = self.points[np.linalg.norm(self.points - (a + share * way), axis=1) > REACH["eraser"]]
        return kept

    def _begin(self) -> None:
        self._past.append(self.points)
        del self._past[:-DEPTH]
        self._future.clear()

    def _turn(self, source: list[NDArray[np.float64]], other: list[NDArray[np.float64]]) -> None:
        if source:
            other.append(self.points)
            self._show(source.pop())

    def _show(self, points: NDArray[np.float64]) -> None:
        self.points = points
        self.update()
        self.changed.emit()
