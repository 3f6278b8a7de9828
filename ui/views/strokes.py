# SPDX-License-Identifier: MIT
"""Whole arrays of lines and images handed to QPainter in one call each.

PySide's own overloads want a list of QLineF: 115,000 segments cost 40 ms before the first is drawn. The overload
(pointer, count) reads the array's memory as it is; pyqtgraph paints the same way.
"""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen
from shiboken6 import Shiboken

from ui.theme import Theme


def draw_lines(p: QPainter, start: NDArray[np.float64], end: NDArray[np.float64]) -> None:
    """Draw segments from `start` to `end`, pixels, (n, 2) each; those with an end that is no number are left out."""
    lines = np.empty((len(start), 4))  # the layout of QLineF
    lines[:, :2], lines[:, 2:] = start, end
    if not np.isfinite(lines.sum()):
        lines = lines[np.isfinite(lines).all(axis=1)]
    if len(lines):
        p.drawLines(cast(QLineF, Shiboken.wrapInstance(lines.ctypes.data, QLineF)), len(lines))


def draw_polyline(p: QPainter, points: NDArray[np.float64]) -> None:
    """Draw a line through `points` (n, 2), pixels, segment by segment: dense zigzags cost nothing extra, dashes break."""
    draw_lines(p, points[:-1], points[1:])


def draw_edge(p: QPainter, theme: Theme, around: QRectF, radius: float = 0.0) -> None:
    """The mark of what is picked: an edge around it, with a rim that keeps it off its neighbors."""
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    p.setBrush(Qt.BrushStyle.NoBrush)
    for width, color in ((4.0, theme.color("plot", 0.8)), (2.0, theme.color("ink"))):
        p.setPen(QPen(color, width * theme.scale))
        p.drawRoundedRect(around, radius, radius)


def gray_or_color_image(pixels: NDArray[np.uint8]) -> QImage:
    """An image that owns its memory, from (h, w) gray or (h, w, 3) color values 0 … 255; ValueError for other shapes."""
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3):
        raise ValueError(f"an image is (h, w) or (h, w, 3), not {pixels.shape}")
    pixels = np.ascontiguousarray(pixels, np.uint8)
    high, wide = pixels.shape[:2]
    gray = pixels.ndim == 2
    form = QImage.Format.Format_Grayscale8 if gray else QImage.Format.Format_RGB888
    return QImage(pixels.data, wide, high, wide if gray else 3 * wide, form).copy()
