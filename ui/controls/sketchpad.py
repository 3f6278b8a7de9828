# SPDX-License-Identifier: MIT
"""The sketch pad: a square to draw a digit on, with mouse, pen or finger."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.controls.buttons import IconButton
from ui.language import say
from ui.theme import RADIUS, theme, theme_of

EDGE: Final = 112  #: pixels of the drawing: a whole number of times the edge of all images that come with the app
DARK: Final = theme("dark")
STROKE: Final = 0.1  #: width of a stroke, as a share of the edge


class SketchPad(QWidget):
    """White strokes on black, as in the data. `drawn` follows the hand; None says that the pad is empty."""

    drawn = Signal(object)  #: (EDGE, EDGE) float32, 0 … 1, or None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage(EDGE, EDGE, QImage.Format.Format_Grayscale8)
        self._image.fill(0)
        self._last: QPointF | None = None  # where the hand is, in pixels of the drawing
        self._empty = True
        self._wipe = IconButton("eraser", "Wipe the pad", flat=True, parent=self)
        self._wipe.clicked.connect(self.clear)
        self._wipe.hide()
        self.setAccessibleName(say("Sketch pad"))
        self.setToolTip(say("Draw here; the network sees it while you draw"))
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def clear(self) -> None:
        """An empty pad."""
        self._image.fill(0)
        self._empty = True
        self._wipe.hide()
        self.update()
        self.drawn.emit(None)

    def pixels(self) -> np.ndarray:
        """The drawing, (EDGE, EDGE) float32, 0 the ground … 1 a stroke."""
        rows = np.frombuffer(self._image.constBits(), np.uint8).reshape(EDGE, self._image.bytesPerLine())
        return rows[:, :EDGE].astype(np.float32) / 255

    def sizeHint(self) -> QSize:
        """A square of the height that there is."""
        side = max(self.height(), theme_of(self).px(80))
        return QSize(side, side)

    def resizeEvent(self, event: QEvent) -> None:
        """Stay square: the width follows the height."""
        frame = self.parentWidget()
        self.setFixedWidth(self.height() if frame is None else min(self.height(), frame.width() // 2))
        self._wipe.move(round(self._square().right()) - self._wipe.sizeHint().width(), round(self._square().top()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A dot, and the beginning of a stroke."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._last = self._place(event.position())
            self._stroke(self._last)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The stroke goes on."""
        if self._last is not None:
            self._stroke(self._place(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The pen is lifted."""
        self._last = None

    def paintEvent(self, event: QPaintEvent) -> None:
        """The drawing, and a word where there is none."""
        theme, square = theme_of(self), self._square()
        with QPainter(self) as p:
            p.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
            outline = QPainterPath()
            outline.addRoundedRect(square, theme.px(RADIUS) / 2, theme.px(RADIUS) / 2)
            p.setClipPath(outline)
            p.drawImage(square, self._image)
            p.setClipping(False)
            p.strokePath(outline, QPen(theme.color("line"), theme.px(1)))
            if self._empty:
                p.setFont(theme.font("body"))
                p.setPen(DARK.color("soft"))  # the ground is black in every theme
                p.drawText(square, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, say("Draw here"))

    def _square(self) -> QRectF:
        """Where the drawing lies: in line with the title of its panel."""
        edge, air = theme_of(self).px(12), theme_of(self).px(6)
        side = max(min(self.width() - edge, self.height() - 2 * air), 1.0)
        return QRectF(edge, (self.height() - side) / 2, side, side)

    def _place(self, at: QPointF) -> QPointF:
        square = self._square()
        return (at - square.topLeft()) * (EDGE / square.width())

    def _stroke(self, to: QPointF) -> None:
        start, self._last = self._last or to, to
        with QPainter(self._image) as p:
            p.setRenderHint(QPainter.RenderHint.Antialiasing)
            p.setPen(QPen(QColor("white"), STROKE * EDGE, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            if start == to:
                p.drawPoint(to)
            else:
                p.drawLine(start, to)
        self._empty = False
        self._wipe.show()
        self.update()
        self.drawn.emit(self.pixels())
