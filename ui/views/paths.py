# SPDX-License-Identifier: MIT
"""Lines on a plane: tails that fade with age, arrows that fade with shortness, circles and contours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QPainter, QPen

from engine.protocol.payloads import Paths
from ui.theme import Theme
from ui.views.camera import Camera
from ui.views.strokes import draw_lines

_SOFT_SEGMENTS: Final = 12_000  #: so many segments are drawn with soft edges; more of them hide each other's anyway
_MOST_SEGMENTS: Final = 48_000  #: beyond, tails are drawn through every second or third position
_SPARSE: Final = 400  #: so many tails are drawn in full strength
_SHADES: Final = 6  #: of arrows, from short to long
_HEAD: Final = 0.42  #: length of an arrow's head, as a share of the arrow
_HEAD_PX: Final = 6.5
_WING: Final = np.deg2rad(150.0)  #: between the direction of an arrow and the strokes of its head
_DASH_PX: Final = (5.0, 4.0)


def draw_paths(p: QPainter, theme: Theme, camera: Camera, layer: Paths) -> None:
    """Draw arrows, closed lines, or tails."""
    if layer.xy.ndim != 3 or layer.xy.shape[2] != 2:
        raise ValueError(f"paths are positions × lines × 2, not {layer.xy.shape}")
    if layer.label is not None and len(layer.label) != layer.xy.shape[1]:
        raise ValueError(f"{layer.xy.shape[1]} paths, but {len(layer.label)} labels")
    if layer.arrows:
        _draw_arrows(p, theme, layer, camera.pixels(layer.xy[[0, -1]]) if len(layer.xy) else np.zeros((2, 0, 2)))
    elif layer.closed:
        _draw_closed(p, theme, layer, camera.pixels(layer.xy))
    else:
        stride = max(-(-len(layer.xy) * layer.xy.shape[1] // _MOST_SEGMENTS), 1)
        _draw_tails(p, theme, layer, camera.pixels(layer.xy[::-1][::stride][::-1]))  # the newest position always counts


def _draw_tails(p: QPainter, theme: Theme, layer: Paths, px: NDArray[np.float64]) -> None:
    """One pen for each age: the oldest segments all but gone, the newest strong."""
    ages = len(px) - 1
    soft = ages * px.shape[1] <= _SOFT_SEGMENTS
    crowd = min((_SPARSE / max(px.shape[1], 1)) ** 0.25, 1.0)  # thousands of tails must not hide their points
    p.setRenderHint(QPainter.RenderHint.Antialiasing, soft)
    for color, mine in _by_color(theme, layer):
        for age in range(ages):
            color.setAlphaF(crowd * (0.08 + 0.77 * ((age + 1) / ages) ** 1.2))
            p.setPen(QPen(color, 1.3 * theme.scale if soft else max(round(theme.scale), 1)))
            draw_lines(p, px[age, mine], px[age + 1, mine])


def _draw_arrows(p: QPainter, theme: Theme, layer: Paths, px: NDArray[np.float64]) -> None:
    tail, tip = px  # (n, 2) each
    length = np.hypot(*(tip - tail).T)
    with np.errstate(invalid="ignore"):
        shade = np.ceil(length / max(np.nanmax(length, initial=0.0), 1e-9) * _SHADES)  # NaN equals no shade
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    for color, mine in _by_color(theme, layer):
        for k in range(1, _SHADES + 1):
            color.setAlphaF(0.22 + 0.53 * k / _SHADES)
            p.setPen(QPen(color, 1.2 * theme.scale))
            these = mine & (shade == k) & (length > theme.scale)
            draw_lines(p, tail[these], tip[these])
            for wing in _wings(tail[these], tip[these], _HEAD_PX * theme.scale):
                draw_lines(p, tip[these], wing)


def _wings(tail: NDArray[np.float64], tip: NDArray[np.float64], most: float) -> Iterator[NDArray[np.float64]]:
    """The two ends of an arrow's head."""
    way = tip - tail  # (n, 2)
    length = np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9)
    size = np.minimum(_HEAD * length, most) / length
    for angle in (_WING, -_WING):
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        yield tip + size[:, None] * way @ turn.T


def _draw_closed(p: QPainter, theme: Theme, layer: Paths, px: NDArray[np.float64]) -> None:
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    for color, mine in _by_color(theme, layer):
        color.setAlphaF(0.85)
        p.setPen(QPen(color, 1.3 * theme.scale))
        for line in np.moveaxis(px[:, mine], 1, 0):  # (T, 2)
            ring = np.concatenate([line, line[:1]])
            if layer.dashed:
                draw_lines(p, *dashes(ring, theme.scale))
            else:
                draw_lines(p, ring[:-1], ring[1:])


def dashes(line: NDArray[np.float64], scale: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The strokes of a dashed line through `line` (T, 2), pixels, each within one of its segments.

    Qt would begin the dash pattern anew at every segment, or stroke the whole path, which is slow.
    """
    step = np.hypot(*np.diff(line, axis=0).T)
    at = np.concatenate([[0.0], np.cumsum(step)])
    if not np.isfinite(at[-1]) or at[-1] <= 0 or at[-1] > 100_000:
        return line[:0], line[:0]
    on, off = (length * scale for length in _DASH_PX)
    count = max(round(at[-1] / (on + off)), 1)
    period = at[-1] / count  # a whole number of dashes, so that a circle closes
    starts = np.arange(count) * period
    ends = starts + period * on / (on + off)
    inner = at[1:-1][(at[1:-1] % period) < period * on / (on + off)]
    cuts = np.unique(np.concatenate([starts, ends, inner]))
    middle = (cuts[:-1] + cuts[1:]) / 2
    drawn = (middle % period) < period * on / (on + off)
    points = np.stack([np.interp(cuts, at, line[:, 0]), np.interp(cuts, at, line[:, 1])], axis=1)
    return points[:-1][drawn], points[1:][drawn]


def _by_color(theme: Theme, layer: Paths) -> Iterator[tuple[QColor, NDArray[np.bool_]]]:
    """The lines of each color, (n,) masks."""
    if layer.label is None:
        yield theme.color(layer.role), np.ones(layer.xy.shape[1], bool)
        return
    for label in np.unique(layer.label).tolist():
        yield theme.class_color(label) if label >= 0 else theme.color(layer.role), layer.label == label
