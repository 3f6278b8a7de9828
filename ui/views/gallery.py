# SPDX-License-Identifier: MIT
"""Grids of images, crisp at any size: rows of clean, noisy, denoised; samples; the film of a trajectory."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QToolTip, QWidget

from engine.protocol.payloads import Images
from engine.protocol.recipe.probes import Panel
from ui.theme import Role, Theme, theme_of
from ui.views.strokes import gray_or_color_image
from ui.views.view import View
from ui.views.words import CENTER, LEFT, width_of, write

_EDGE: Final = 12.0
_GAP: Final = 0.09  #: between images, as a share of their side
_ROW_NAMES_MOST: Final = 0.25  #: share of the width that the names of rows may take


@dataclass(frozen=True)
class Grid:
    """Where the images of one layer stand: `rows` × `columns` cells of one size, with room for words around them."""

    rows: int
    columns: int
    first: QRectF  #: the image in the first cell
    step: QSizeF  #: from a cell to the next
    order: tuple[int, int]  #: rows × columns in which the images came: a film wraps into several rows

    def image(self, index: int) -> QRectF:
        """The place of an image."""
        row, column = divmod(index, self.columns)
        return self.first.translated(column * self.step.width(), row * self.step.height())

    def index_at(self, at: QPointF) -> int | None:
        """The image under a pixel."""
        count = self.order[0] * self.order[1]
        return next((k for k in range(count) if self.image(k).contains(at)), None)


def fit(theme: Theme, room: QRectF, layer: Images) -> Grid:
    """The arrangement with the largest images that `room` holds; one row of unnamed images wraps where that helps."""
    rows, columns = layer.pixels.shape[:2]
    high, wide = layer.pixels.shape[2:4]
    count = rows * columns
    free = not layer.rows and (rows == 1 or not layer.columns)
    choices = range(1, count + 1) if free else (columns,)
    fits = [_fit(theme, room, layer, math.ceil(count / max(c, 1)), c, wide / max(high, 1)) for c in choices]
    return max(fits, key=lambda grid: (round(grid.first.width()), -grid.rows * grid.columns))


def _fit(theme: Theme, room: QRectF, layer: Images, rows: int, columns: int, aspect: float) -> Grid:
    caption, row_names = theme.font("caption"), 0.0
    if layer.rows:
        widest = max(width_of(name, caption) for name in layer.rows) + theme.px(10)
        row_names = min(widest, _ROW_NAMES_MOST * room.width())
    wraps = rows != layer.pixels.shape[0]
    line = theme.px(17)
    below = line if layer.captions or (layer.columns and wraps) else 0
    above = line if layer.columns and not wraps else 0
    across = (room.width() - row_names) / (columns + (columns - 1) * _GAP)
    down = ((room.height() - above) / rows - below) / (1 + _GAP)
    wide = max(min(across, down * aspect), 1.0)
    gap = _GAP * max(wide, wide / aspect)
    if wide > layer.pixels.shape[3]:
        wide = math.floor(wide)  # whole pixels, so that all images are equally large
    step = QSizeF(wide + gap, wide / aspect + below + gap)
    used = QSizeF(row_names + columns * step.width() - gap, above + rows * step.height() - gap)
    left = room.left() + max((room.width() - used.width()) / 2, 0) + row_names
    top = room.top() + max((room.height() - used.height()) / 2, 0) + above
    first = QRectF(round(left), round(top), wide, wide / aspect)
    return Grid(rows, columns, first, step, (layer.pixels.shape[0], layer.pixels.shape[1]))


class GalleryView(View):
    """All Images layers of a picture, one below the other."""

    picked = Signal(int, int)  #: layer, image: a click
    ground: ClassVar[Role] = "panel"

    def __init__(self, panel: Panel | None = None, parent: QWidget | None = None) -> None:
        super().__init__(panel, parent)
        self.setMouseTracking(True)

    def draw(self, p: QPainter, theme: Theme) -> None:
        """Images, and the words around them."""
        for layer, grid in self._grids(theme):
            draw_images(p, layer, grid)
            draw_words(p, theme, layer, grid)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick the image under the cursor."""
        found = None if self.fault else self._at(event.position())
        if found is None:
            super().mousePressEvent(event)
        else:
            self.picked.emit(*found)

    def event(self, event: QEvent) -> bool:
        """Say what the image under the cursor is."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = self._at(QPointF(event.pos()))
            layers = [layer for layer, _ in self._grids(theme_of(self))]
            words = layers[found[0]].tooltip if found is not None else ()
            if found is not None and found[1] < len(words):
                QToolTip.showText(event.globalPos(), words[found[1]], self)
                return True
        return super().event(event)

    def _at(self, place: QPointF) -> tuple[int, int] | None:
        for number, (_, grid) in enumerate(self._grids(theme_of(self))):
            index = grid.index_at(place)
            if index is not None:
                return number, index
        return None

    def _grids(self, theme: Theme) -> list[tuple[Images, Grid]]:
        layers = [layer for layer in self.picture.layers if isinstance(layer, Images)] if self.picture is not None else []
        layers = [layer for layer in layers if layer.pixels.size]
        for layer in layers:
            if layer.pixels.ndim not in (4, 5):
                raise ValueError(f"“{layer.name}”: images are rows × columns × h × w, not {layer.pixels.shape}")
        edge = theme.px(_EDGE)
        room = QRectF(self.rect()).adjusted(edge, theme.px(4), -edge, -theme.px(8))
        # Each layer has a share of the height, by the rows that it has.
        rows = np.cumsum([0, *(layer.pixels.shape[0] for layer in layers)])
        parts = []
        for k, layer in enumerate(layers):
            top = room.top() + room.height() * rows[k] / rows[-1]
            part = QRectF(room.left(), top, room.width(), room.height() * (rows[k + 1] - rows[k]) / rows[-1])
            parts.append((layer, fit(theme, part, layer)))
        return parts


def draw_images(p: QPainter, layer: Images, grid: Grid) -> None:
    """The images, each pixel a crisp square."""
    p.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, grid.first.width() < layer.pixels.shape[3])
    flat = layer.pixels.reshape(-1, *layer.pixels.shape[2:])
    for index, pixels in enumerate(flat):
        p.drawImage(grid.image(index), gray_or_color_image(pixels))


def draw_words(p: QPainter, theme: Theme, layer: Images, grid: Grid) -> None:
    """Names of rows at the left, names of columns above (below, where a film wraps), captions below."""
    font, soft, faint = theme.font("caption"), theme.color("soft"), theme.color("faint")
    line = theme.px(17)
    for row, name in enumerate(layer.rows[: grid.rows]):
        cell = grid.image(row * grid.columns)
        write(p, QRectF(theme.px(_EDGE), cell.top(), cell.left() - theme.px(_EDGE + 8), cell.height()), name, font, soft, LEFT)
    wraps = grid.rows != layer.pixels.shape[0]
    under = layer.captions or (layer.columns if wraps else ())
    for index, text in enumerate(under[: layer.pixels.shape[0] * layer.pixels.shape[1]]):
        cell = grid.image(index)
        write(p, QRectF(cell.left() - 4, cell.bottom() + 1, cell.width() + 8, line), text, font, faint, CENTER)
    for column, name in enumerate(layer.columns[: grid.columns] if not wraps else ()):
        cell = grid.image(column)
        write(p, QRectF(cell.left() - 4, cell.top() - line, cell.width() + 8, line), name, font, soft, CENTER)
