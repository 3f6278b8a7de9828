# SPDX-License-Identifier: MIT
"""The first examples as the network will see them: images as they are scaled, tables as a map of their scaled numbers."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from engine.protocol.reading import Facts
from ui.theme import Theme, theme_of
from ui.theme.colormap import color_table

WIDE, HIGH = 380, 300  #: pixels at scale 1
MOST_COLUMNS: Final = 64  #: numbers of a table's row that are shown
REACH: Final = 2.5  #: standard deviations from the darkest to the brightest color


class Sight(QWidget):
    """A grid of images with their classes as edges, or a table as a map of colors; empty before there is anything."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: Facts | None = None

    def show_facts(self, facts: Facts | None) -> None:
        """Show these, or nothing."""
        self._facts = facts
        self.setAccessibleName("" if facts is None else f"The first {len(facts.seen)} examples of {facts.file}")
        self.update()

    def sizeHint(self) -> QSize:
        """Room for some rows."""
        theme = theme_of(self)
        return QSize(theme.px(WIDE), theme.px(HIGH))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the examples."""
        theme = theme_of(self)
        with QPainter(self) as p:
            p.fillRect(self.rect(), theme.color("plot"))
            if self._facts is not None:
                (self._draw_images if self._facts.seen.ndim == 4 else self._draw_table)(p, theme, self._facts)

    def _draw_images(self, p: QPainter, theme: Theme, facts: Facts) -> None:
        gap, count = theme.px(6), len(facts.seen)
        wide, high = self.width() - gap, self.height() - gap
        columns = min(range(1, count + 1), key=lambda k: abs(wide / k - high / math.ceil(count / k)))
        side = min(wide / columns, high / math.ceil(count / columns)) - gap
        left = (wide - columns * (side + gap)) / 2 + gap
        top = (high - math.ceil(count / columns) * (side + gap)) / 2 + gap
        for index, image in enumerate(facts.seen):
            row, column = divmod(index, columns)
            box = QRectF(left + column * (side + gap), top + row * (side + gap), side, side)
            p.drawImage(box, _image(image))
            if facts.first_classes:
                p.setPen(QPen(theme.class_color(facts.first_classes[index]), theme.px(2)))
                p.setBrush(Qt.BrushStyle.NoBrush)
                p.drawRect(box)

    def _draw_table(self, p: QPainter, theme: Theme, facts: Facts) -> None:
        shown = facts.seen[:, :MOST_COLUMNS]
        table = np.ascontiguousarray(color_table())
        levels = ((shown / (2 * REACH) + 0.5).clip(0, 1) * (len(table) - 1)).astype(int)
        pixels = np.ascontiguousarray(table[levels], np.uint8)
        image = QImage(pixels.data, shown.shape[1], len(shown), 3 * shown.shape[1], QImage.Format.Format_RGB888).copy()
        inset, edge = theme.px(12), theme.px(6 if facts.first_classes else 0)
        room = QRectF(self.rect()).adjusted(inset + edge, inset, -inset, -inset)
        p.drawImage(room, image)
        for index, label in enumerate(facts.first_classes):
            step = room.height() / len(facts.first_classes)
            mark = QRectF(inset - theme.px(2), room.top() + index * step, edge, math.ceil(step))
            p.fillRect(mark, QColor(theme.class_color(label)))


def _image(pixels: np.ndarray) -> QImage:
    """(channels, h, w) floats in 0 … 1 as a picture."""
    data = np.ascontiguousarray(np.moveaxis((pixels.clip(0, 1) * 255).round().astype(np.uint8), 0, 2))
    kind = QImage.Format.Format_RGB888 if data.shape[2] == 3 else QImage.Format.Format_Grayscale8
    return QImage(data.data, data.shape[1], data.shape[0], data.shape[1] * data.shape[2], kind).copy()
