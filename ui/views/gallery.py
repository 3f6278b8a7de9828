# SPDX-License-Identifier: MIT
"""Grids of images, crisp at any size: rows of clean, noisy, denoised; samples; the film of a trajectory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF
from PySide6.QtGui import QFont, QHelpEvent, QPainter
from PySide6.QtWidgets import QToolTip, QWidget

from engine.protocol.payloads import NO_EXAMPLE, Images
from engine.protocol.recipe.probes import Panel
from ui.theme import Role, Theme, theme_of
from ui.views.strokes import draw_edge, gray_or_color_image
from ui.views.view import View
from ui.views.words import CENTER, width_of, write_lines, write_whole

_EDGE: Final = 12.0
_FEWEST: Final = 4  #: columns that are always shown
_WELL_SEEN_PX: Final = 52.0  #: as long as images are not smaller than this, more of them are better
_GAP: Final = 0.09  #: between images, as a share of their side
_AIR_PX: Final = 6.0  #: between the names of two cells
_ROW_NAMES_MOST: Final = 0.32  #: share of the width that the names of rows may take


@dataclass(frozen=True)
class Grid:
    """Where the images of one layer stand: `rows` × `columns` cells of one size, with room for words around them."""

    rows: int
    columns: int
    first: QRectF  #: the image in the first cell
    step: QSizeF  #: from a cell to the next
    came: tuple[int, int]  #: rows × columns in which the images came

    @property
    def wraps(self) -> bool:
        """Whether a row of images goes on in the next row of cells."""
        return self.rows != self.came[0]

    def image(self, index: int) -> QRectF:
        """The place of an image, counted as the images came; an empty one where it is not shown."""
        row, column = divmod(index, self.columns if self.wraps else self.came[1])
        if column >= self.columns:
            return QRectF()
        return self.first.translated(column * self.step.width(), row * self.step.height())

    def index_at(self, at: QPointF) -> int | None:
        """The image under a pixel, counted as the images came."""
        return next((k for k in range(self.came[0] * self.came[1]) if self.image(k).contains(at)), None)


def fit(theme: Theme, room: QRectF, layer: Images) -> Grid:
    """The arrangement with the largest images that `room` holds.

    Rows without names wrap where that helps. Of rows with names (examples, and what became of them) a narrow room shows
    the first columns only: a few examples that one can see, rather than all of them too small.
    """
    rows, columns = layer.pixels.shape[:2]
    high, wide = layer.pixels.shape[2:4]
    aspect = wide / max(high, 1)
    if not layer.rows and (rows == 1 or not layer.columns):
        count = rows * columns
        fits = [_fit(theme, room, layer, math.ceil(count / c), c, aspect) for c in range(1, count + 1)]
    else:
        fewest = columns if layer.columns or layer.captions else min(columns, _FEWEST)
        fits = [_fit(theme, room, layer, rows, c, aspect) for c in range(fewest, columns + 1)]
        well_seen = [grid for grid in fits if min(grid.first.width(), grid.first.height()) >= theme.px(_WELL_SEEN_PX)]
        if well_seen:
            return well_seen[-1]
    # Among images of one size, the arrangement that shows more of them, or leaves fewer cells empty.
    shown = min(rows * columns, max(grid.rows * grid.columns for grid in fits))
    return max(fits, key=lambda grid: (round(grid.first.width()), -abs(grid.rows * grid.columns - shown)))


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
    gap = _GAP * min(wide, wide / aspect)
    if wide > layer.pixels.shape[3]:
        wide = math.floor(wide)  # whole pixels, so that all images are equally large
    step = QSizeF(wide + gap, wide / aspect + below + gap)
    spare = room.height() - above - rows * step.height() + gap
    top = room.top() + max(spare / 2, 0) + above
    first = QRectF(round(room.left() + row_names), round(top), wide, wide / aspect)
    return Grid(rows, columns, first, step, (layer.pixels.shape[0], layer.pixels.shape[1]))


class GalleryView(View):
    """All Images layers of a picture, one below the other."""

    ground: ClassVar[Role] = "panel"

    def __init__(self, panel: Panel | None = None, parent: QWidget | None = None) -> None:
        super().__init__(panel, parent)
        self.setMouseTracking(True)

    def draw(self, p: QPainter, theme: Theme) -> None:
        """Images, and the words around them."""
        for layer, grid in self.grids(theme):
            draw_images(p, layer, grid)
            draw_words(p, theme, layer, grid)
            for index, example in enumerate(layer.examples):
                if example == self.picked and not grid.image(index).isEmpty():
                    draw_edge(p, theme, grid.image(index))

    def example_at(self, at: QPointF) -> int | None:
        """The example that the image under a pixel is."""
        found = self._at(at)
        if found is None:
            return None
        examples = self.grids(theme_of(self))[found[0]][0].examples
        example = examples[found[1]] if found[1] < len(examples) else NO_EXAMPLE
        return None if example == NO_EXAMPLE else example

    def event(self, event: QEvent) -> bool:
        """Say what the image under the cursor is."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = self._at(QPointF(event.pos()))
            layers = [layer for layer, _ in self.grids(theme_of(self))]
            words = layers[found[0]].tooltip if found is not None else ()
            if found is not None and found[1] < len(words):
                QToolTip.showText(event.globalPos(), words[found[1]], self)
                return True
        return super().event(event)

    def _at(self, place: QPointF) -> tuple[int, int] | None:
        for number, (_, grid) in enumerate(self.grids(theme_of(self))):
            index = grid.index_at(place)
            if index is not None:
                return number, index
        return None

    def grids(self, theme: Theme) -> list[tuple[Images, Grid]]:
        """Each layer of images, and where it stands. ValueError for arrays that are no images."""
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
    for index, pixels in enumerate(layer.pixels.reshape(-1, *layer.pixels.shape[2:])):
        place = grid.image(index)
        if not place.isEmpty():
            p.drawImage(place, gray_or_color_image(pixels))


def draw_words(p: QPainter, theme: Theme, layer: Images, grid: Grid) -> None:
    """Names of rows at the left, names of columns above (below, where a film wraps), captions below."""
    font, soft, faint = theme.font("caption"), theme.color("soft"), theme.color("faint")
    line = theme.px(17)
    for row, name in enumerate(layer.rows[: grid.rows]):
        cell = grid.image(row * grid.came[1])
        room = QRectF(theme.px(_EDGE), cell.top(), cell.left() - theme.px(_EDGE + 8), cell.height())
        write_lines(p, room, name, font, soft)
    under = layer.captions or (layer.columns if grid.wraps else ())
    for index, text in _spaced(under[: layer.pixels.shape[0] * layer.pixels.shape[1]], grid, font):
        cell = grid.image(index)
        write_whole(p, _about(cell, cell.bottom() + 1, line, text, font), text, [font], faint, CENTER)
    for column, name in _spaced(layer.columns[: grid.columns] if not grid.wraps else (), grid, font):
        cell = grid.image(column)
        write_whole(p, _about(cell, cell.top() - line, line, name, font), name, [font], soft, CENTER)


def _spaced(names: Sequence[str], grid: Grid, font: QFont) -> list[tuple[int, str]]:
    """The names of cells with their numbers: all, or every second, third … of them, so that none meets the next."""
    widest = max((width_of(name, font) for name in names), default=0.0) + _AIR_PX
    stride = max(math.ceil(widest / max(grid.step.width(), 1.0)), 1)
    return [pair for pair in enumerate(names) if pair[0] % (grid.columns if grid.wraps else len(names)) % stride == 0]


def _about(cell: QRectF, top: float, line: float, text: str, font: QFont) -> QRectF:
    """A line for a name in the middle of its cell, as wide as it is."""
    wide = width_of(text, font) + 2
    return QRectF(cell.center().x() - wide / 2, top, wide, line)
