# SPDX-License-Identifier: MIT
"""A quantity over the plane: as an image in a perceptually uniform color map, as regions of classes, as contour lines."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QPen

from engine.protocol.payloads import Field
from ui.theme import Theme
from ui.theme.colormap import color_table
from ui.views.camera import Camera
from ui.views.strokes import draw_lines

_CLASS_ALPHA: Final = 0.36  #: regions stay a ground on which points of the same class are seen


def draw_field(p: QPainter, theme: Theme, camera: Camera, layer: Field) -> None:
    """Draw a field: its contours where it names levels, else its colors."""
    if layer.values.ndim != 2:
        raise ValueError(f"a field has rows and columns, not the shape {layer.values.shape}")
    if layer.contours:
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setPen(QPen(theme.color(layer.role), theme.scale * 1.4))
        for level in layer.contours:
            start, end = contour(layer.values, level, layer.range)
            draw_lines(p, camera.pixels(start), camera.pixels(end))
        return
    x0, x1, y0, y1 = layer.range
    (left, top), (right, bottom) = camera.pixels(np.array([(x0, y1), (x1, y0)]))
    p.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    p.drawImage(QRectF(left, top, right - left, bottom - top), field_image(theme, layer))


def field_image(theme: Theme, layer: Field) -> QImage:
    """The colors of a field, top row first; places without a value are transparent."""
    values = layer.values[::-1]
    known = np.isfinite(values)
    if layer.classes:
        known &= values >= 0
        count = int(values.max(initial=0, where=known)) + 1
        colors = [theme.class_color(k) for k in range(min(count, 256))]
        table = np.array([(c.red(), c.green(), c.blue()) for c in colors], np.uint8)
        index = np.where(known, values, 0).astype(np.intp) % len(table)
    else:
        table = color_table()
        index = levels(values, layer.low, layer.high, len(table))
    alpha = np.where(known, round(255 * (_CLASS_ALPHA if layer.classes else 1.0)), 0).astype(np.uint8)
    rgba = np.ascontiguousarray(np.dstack([table[index], alpha]))  # (rows, columns, 4)
    high, wide = values.shape
    return QImage(rgba.data, wide, high, 4 * wide, QImage.Format.Format_RGBA8888).copy()


def levels(values: NDArray[np.floating], low: float, high: float, count: int) -> NDArray[np.intp]:
    """For each value its place in a table of `count` entries from low to high; 0 for what is no number."""
    span = high - low if high > low else 1.0
    with np.errstate(invalid="ignore", over="ignore"):
        share = np.clip((values - low) / span, 0.0, 1.0)
    return np.asarray(np.nan_to_num(share) * (count - 1) + 0.5, np.intp)


def contour(
    values: NDArray[np.floating], level: float, extent: tuple[float, float, float, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The line values = level over a grid, as segments from (k, 2) to (k, 2) in plot units.

    Marching squares: each cell is cut in two triangles, so that saddles need no rule of their own. `values[row, column]`
    are samples at the centers of a regular grid over `extent`, row 0 at the bottom.
    """
    rows, columns = values.shape
    x0, x1, y0, y1 = extent
    xs = x0 + (np.arange(columns) + 0.5) * (x1 - x0) / columns
    ys = y0 + (np.arange(rows) + 0.5) * (y1 - y0) / rows
    height = np.asarray(values, np.float64) - level
    corner = np.stack([*np.meshgrid(xs, ys), np.where(height == 0, 1e-300, height)], axis=-1)  # (rows, columns, 3)
    a, b, c, d = corner[:-1, :-1], corner[:-1, 1:], corner[1:, 1:], corner[1:, :-1]
    triangles = np.concatenate([np.stack([a, b, c], -2).reshape(-1, 3, 3), np.stack([a, c, d], -2).reshape(-1, 3, 3)])
    above = triangles[:, :, 2] > 0
    cut = above.any(axis=1) & ~above.all(axis=1) & np.isfinite(triangles).all(axis=(1, 2))
    triangles, above = triangles[cut], above[cut]
    # The corner that is alone on its side: both cut edges start there.
    alone = np.where(above.sum(axis=1) == 1, above.argmax(axis=1), above.argmin(axis=1))
    k = np.arange(len(triangles))
    apex = triangles[k, alone]
    return _crossing(apex, triangles[k, (alone + 1) % 3]), _crossing(apex, triangles[k, (alone + 2) % 3])


def _crossing(p: NDArray[np.float64], q: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where the straight line from p to q (n, 3) passes through height 0, (n, 2)."""
    share = p[:, 2] / (p[:, 2] - q[:, 2])
    return p[:, :2] + share[:, None] * (q[:, :2] - p[:, :2])
