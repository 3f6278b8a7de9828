# SPDX-License-Identifier: MIT
"""The widget that shows one figure of a sweep: which cell is under the cursor, and which was clicked."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from engine.protocol.sweeping.map import Map, Spot
from ui.sweeping.drawing import draw
from ui.sweeping.layout import Layout
from ui.theme import theme_of


class SweepChart(QWidget):
    """Shows a Map."""

    pointed = Signal(object)  #: a Spot, or None
    picked = Signal(object)  #: the Cell that was clicked

    def __init__(self) -> None:
        super().__init__()
        self._map: Map | None = None
        self._spot: Spot | None = None
        self.setMouseTracking(True)
        self.setMinimumSize(QSize(420, 280))
        self.setAccessibleName("Sweep")

    def show_map(self, found: Map) -> None:
        """Draw this from now on."""
        self._map = found
        self.update()

    def center(self, spot: Spot) -> QPointF:
        """The middle of a cell, or the place of a point of a line, in pixels."""
        layout = self._layout()
        return layout.center(spot) if layout is not None else QPointF()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        theme, layout = theme_of(self), self._layout()
        with QPainter(self) as p:
            p.fillRect(self.rect(), theme.color("plot"))
            if layout is not None:
                draw(p, theme, layout, self._spot)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what is under the cursor."""
        self._point(self._at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the cursor."""
        self._point(None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on a cell picks it."""
        spot = self._at(event.position())
        if spot is not None and self._map is not None and event.button() is Qt.MouseButton.LeftButton:
            self.picked.emit(self._map.cells[spot])

    def _layout(self) -> Layout | None:
        return None if self._map is None else Layout(self._map, QRectF(self.rect()), theme_of(self).scale)

    def _at(self, place: QPointF) -> Spot | None:
        layout = self._layout()
        return None if layout is None else layout.at(place)

    def _point(self, spot: Spot | None) -> None:
        if spot != self._spot:
            self._spot = spot
            self.setCursor(Qt.CursorShape.ArrowCursor if spot is None else Qt.CursorShape.PointingHandCursor)
            self.pointed.emit(spot)
            self.update()
