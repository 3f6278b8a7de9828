# SPDX-License-Identifier: MIT
"""Clouds of points on a plane: disks by role or class, open rings, ellipses of one standard deviation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from engine.protocol.payloads import Payload, Points
from ui.theme import CLASSES, Theme
from ui.views.camera import Camera
from ui.views.dots import Ink, dots

_LARGE_PX: Final = 6.0  #: from this size on a point of a role has an outline that parts it from its neighbors
_PICKED_PX: Final = 16.0  #: across the ring of the picked example
_FEW: Final = 150  #: so many points are drawn sooner one by one
_CROWD: Final = 20_000  #: a cloud of more points is drawn with smaller ones
_SOFT_ELLIPSES: Final = 60  #: more ellipses than that have hard edges: 1,200 soft ones take 84 ms, hard ones 4
_ELLIPSE_ALPHA: Final = (0.025, 0.14)
_ELLIPSE_LAYERS: Final = 0.5  #: together they cover their region about half


def draw_points(p: QPainter, theme: Theme, camera: Camera, layer: Points) -> None:
    """Draw a cloud: ellipses first, points over them."""
    if layer.xy.ndim != 2 or layer.xy.shape[1] != 2:
        raise ValueError(f"points have two coordinates, not the shape {layer.xy.shape}")
    px = camera.pixels(layer.xy)
    if layer.sigma is not None:
        _draw_ellipses(p, theme, camera, layer, px)
    if layer.ring and layer.size_px >= 2 * _LARGE_PX:
        _draw_open_rings(p, theme, px, layer.size_px)
        return
    width, (inks, color) = _outline(theme, layer), _inks(theme, layer)
    diameter = theme.scale * layer.size_px * (0.8 if len(px) > _CROWD else 1.0) + 2 * width
    if len(px) <= _FEW:
        _draw_one_by_one(p, px, [inks[k] for k in color] if color is not None else inks * len(px), diameter - width, width)
    else:
        _draw_cloud(p, camera, px, inks, color, diameter, width)


def _draw_one_by_one(p: QPainter, px: NDArray[np.float64], inks: list[Ink], diameter: float, width: float) -> None:
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    for (x, y), ink in zip(px.tolist(), inks, strict=True):
        if x == x and y == y:  # no NaN
            p.setPen(QPen(ink.outline, width) if width and ink.outline is not None else Qt.PenStyle.NoPen)
            p.setBrush(ink.fill)
            p.drawEllipse(QPointF(x, y), diameter / 2, diameter / 2)


def _draw_cloud(
    p: QPainter,
    camera: Camera,
    px: NDArray[np.float64],
    inks: list[Ink],
    color: NDArray[np.integer] | None,
    diameter: float,
    width: float,
) -> None:
    ratio = p.device().devicePixelRatioF()
    image, margin = dots(px, color, inks, camera.room, ratio, diameter, width)
    image.setDevicePixelRatio(ratio)
    p.drawImage(QPointF(camera.room.left() - margin / ratio, camera.room.top() - margin / ratio), image)


def example_near(layer: Points, camera: Camera, at: QPointF, reach: float) -> int | None:
    """The number of the example whose point is nearest to a pixel; None where none is within reach (pixels)."""
    if layer.first is None or not len(layer.xy):
        return None
    away = np.hypot(*(camera.pixels(layer.xy) - (at.x(), at.y())).T)
    nearest = int(np.argmin(np.where(np.isfinite(away), away, np.inf)))
    return layer.first + nearest if away[nearest] <= reach else None


def draw_picked(p: QPainter, theme: Theme, camera: Camera, layers: Sequence[Payload], example: int) -> None:
    """A ring around each point that is this example."""
    for layer in layers:
        if isinstance(layer, Points) and layer.first is not None and 0 <= example - layer.first < len(layer.xy):
            row = example - layer.first
            _draw_open_rings(p, theme, camera.pixels(layer.xy[row : row + 1]), _PICKED_PX)


def color_of(theme: Theme, layer: Points, label: int) -> QColor:
    """The color of the points with a label; negative labels are of no class."""
    return theme.class_color(label) if label >= 0 else theme.color(layer.role)


def _outline(theme: Theme, layer: Points) -> float:
    """The width of the outline of each point."""
    if layer.ring:
        return 1.4 * theme.scale
    if layer.size_px >= _LARGE_PX:
        return 1.2 * theme.scale
    return 0.5 * theme.scale if layer.label is not None and theme.outline is not None else 0.0


def _inks(theme: Theme, layer: Points) -> tuple[list[Ink], NDArray[np.integer] | None]:
    """The inks of a cloud, and for each point the index of its own (None: all have the first)."""
    count = len(CLASSES)
    fills = [theme.color(layer.role)]
    if layer.label is not None:
        fills = [theme.class_color(k) for k in range(count)] + fills
    if layer.ring:
        inks = [Ink(theme.color("plot"), fill) for fill in fills]
    else:
        edge = theme.outline if layer.label is not None and theme.outline is not None else theme.color("plot")
        inks = [Ink(fill, edge) for fill in fills]
    if layer.label is None:
        return inks, None
    if len(layer.label) and layer.label.min() >= 0 and layer.label.max() < count:
        return inks, layer.label  # as nearly always; a remainder of 60,000 labels takes half a millisecond
    return inks, np.where(layer.label >= 0, layer.label % count, count)


def _draw_ellipses(p: QPainter, theme: Theme, camera: Camera, layer: Points, px: NDArray[np.float64]) -> None:
    if layer.sigma is None or layer.sigma.shape != layer.xy.shape:
        raise ValueError("each ellipse has two semi-axes")
    radii = np.minimum(layer.sigma * camera.scale, 10_000.0)
    labels = layer.label if layer.label is not None else np.full(len(px), -1)
    room = camera.room
    seen = np.isfinite(px).all(axis=1) & np.isfinite(radii).all(axis=1) & (radii.max(axis=1) > 0.5)
    seen &= (px + radii > (room.left(), room.top())).all(axis=1) & (px - radii < (room.right(), room.bottom())).all(axis=1)
    p.setRenderHint(QPainter.RenderHint.Antialiasing, bool(seen.sum() <= _SOFT_ELLIPSES))
    p.setPen(Qt.PenStyle.NoPen)
    px, radii, labels = px[seen], radii[seen], labels[seen]
    colors = {label: color_of(theme, layer, label) for label in np.unique(labels).tolist()}
    for color in colors.values():
        color.setAlphaF(_ellipse_alpha(px, radii))
    # In the order of the points, not class by class: where all lie upon each other no class covers the others.
    for label, (x, y), (rx, ry) in zip(labels.tolist(), px.tolist(), radii.tolist(), strict=True):
        p.setBrush(colors[label])
        p.drawEllipse(QRectF(x - rx, y - ry, 2 * rx, 2 * ry))


def _ellipse_alpha(px: NDArray[np.float64], radii: NDArray[np.float64]) -> float:
    """The more ellipses lie upon each other, the fainter each: before the training they are a thousand in one place."""
    if not len(px):
        return _ELLIPSE_ALPHA[1]
    extent = (px + radii).max(axis=0) - (px - radii).min(axis=0)
    layers = np.pi * radii.prod(axis=1).sum() / max(float(extent.prod()), 1.0)
    return float(np.clip(_ELLIPSE_LAYERS / max(layers, 1e-9), *_ELLIPSE_ALPHA))


def _draw_open_rings(p: QPainter, theme: Theme, px: NDArray[np.float64], size_px: float) -> None:
    """Large rings, through which one sees: the picked point, one's own drawing."""
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    p.setBrush(Qt.BrushStyle.NoBrush)
    radius = size_px * theme.scale / 2
    for width, color in ((4.0, theme.color("plot", 0.8)), (2.0, theme.color("ink"))):
        pen = p.pen()
        pen.setStyle(Qt.PenStyle.SolidLine)
        pen.setWidthF(width * theme.scale)
        pen.setColor(color)
        p.setPen(pen)
        for x, y in px[np.isfinite(px).all(axis=1)].tolist():
            p.drawEllipse(QPointF(x, y), radius, radius)
