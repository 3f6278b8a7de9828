# SPDX-License-Identifier: MIT
"""A small card of images beside the place of the plane that they belong to, such as what the decoder makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPen

from engine.protocol.payloads import Images
from ui.theme import RADIUS, Theme
from ui.views.camera import Camera
from ui.views.strokes import gray_or_color_image
from ui.views.words import CENTER, width_of, write

_IMAGE_PX: Final = 76.0
_LEAST_PX: Final = 16.0  #: of all images together, in a plane that is hardly higher
_MARGIN: Final = 6.0
_TIGHT: Final = 2.0  #: in place of margin and pad, where the plane is low
_PAD: Final = 8.0
_AWAY: Final = 44.0  #: between the place and the card
_RING: Final = 8.0


@dataclass(frozen=True)
class Card:
    """How a card is laid out, in pixels at scale 1."""

    layer: Images
    caption: str = ""
    image: float = _IMAGE_PX  #: the longer side of each image
    pad: float = _PAD

    @staticmethod
    def of(theme: Theme, layer: Images, room: QRectF) -> Card:
        """With caption and air; where the room is too low for that, what it can hold."""
        whole = Card(layer, (layer.captions or (layer.name,))[0])
        if whole.size(theme).height() <= room.height() - 2 * theme.px(_MARGIN):
            return whole
        rows = layer.pixels.shape[0]
        return Card(layer, image=max(room.height() / theme.scale - (rows + 3) * _TIGHT, _LEAST_PX) / rows, pad=_TIGHT)

    def size(self, theme: Theme) -> QSizeF:
        """All of it."""
        rows, columns = self.layer.pixels.shape[:2]
        high, wide = self.layer.pixels.shape[2:4]
        side, pad = theme.px(self.image), theme.px(self.pad)
        across = columns * side * wide / max(wide, high) + (columns - 1) * pad / 2
        down = rows * side * high / max(wide, high) + (rows - 1) * pad / 2
        words = min(width_of(self.caption, theme.font("caption")), 2.0 * side)
        return QSizeF(max(across, words) + 2 * pad, down + 2 * pad + (theme.px(20) if self.caption else 0))


def draw_card(p: QPainter, theme: Theme, camera: Camera, layer: Images) -> None:
    """Draw the card, a ring around its place, and a line between the two; without a place, the card in a corner."""
    card = Card.of(theme, layer, camera.room)
    air = theme.px(_MARGIN if card.pad == _PAD else 0.0)
    room = camera.room.adjusted(air, air, -air, -air)
    place = None
    if layer.at is not None:
        x, y = camera.pixels(np.array(layer.at)).tolist()
        place = QPointF(x, y)
    at = beside(place, card.size(theme), room, theme.px(_AWAY))
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    if place is not None and camera.room.contains(place):
        _draw_place(p, theme, place, at)
    p.setPen(QPen(theme.color("line"), theme.px(1)))
    p.setBrush(theme.color("raised"))
    p.drawRoundedRect(at, theme.px(RADIUS) * card.pad / _PAD, theme.px(RADIUS) * card.pad / _PAD)
    _draw_images(p, theme, card, at)


def beside(place: QPointF | None, size: QSizeF, room: QRectF, away: float) -> QRectF:
    """Right of and below the place; on the other side where there is no room."""
    wide, high = size.width(), size.height()
    if place is None:
        return QRectF(room.right() - wide, room.top(), wide, high)
    x = place.x() + away if place.x() + away + wide <= room.right() else place.x() - away - wide
    y = place.y() + away / 2 if place.y() + away / 2 + high <= room.bottom() else place.y() - away / 2 - high
    x = min(max(x, room.left()), max(room.right() - wide, room.left()))
    y = min(max(y, room.top()), max(room.bottom() - high, room.top()))
    return QRectF(x, y, wide, high)


def _draw_place(p: QPainter, theme: Theme, place: QPointF, card: QRectF) -> None:
    """The ring, and the line from its edge to the card; a dark rim parts both from the points under them."""
    radius = _RING * theme.scale
    line = QLineF(place, card.center())
    line.setP1(line.pointAt(min(radius / max(line.length(), 1.0), 1.0)))
    p.setBrush(Qt.BrushStyle.NoBrush)
    for width, color in ((4.5, theme.color("plot", 0.8)), (1.0, theme.color("ink"))):
        p.setPen(QPen(color, width * theme.scale))
        p.drawLine(line)
    for width, color in ((5.0, theme.color("plot", 0.8)), (2.2, theme.color("ink"))):
        p.setPen(QPen(color, width * theme.scale))
        p.drawEllipse(place, radius, radius)


def _draw_images(p: QPainter, theme: Theme, card: Card, at: QRectF) -> None:
    pixels = card.layer.pixels
    rows, columns = pixels.shape[:2]
    high, wide = pixels.shape[2:4]
    side, pad = theme.px(card.image), theme.px(card.pad)
    across, down = side * wide / max(wide, high), side * high / max(wide, high)
    left = at.center().x() - (columns * across + (columns - 1) * pad / 2) / 2
    p.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    for row in range(rows):
        for column in range(columns):
            corner = QPointF(left + column * (across + pad / 2), at.top() + pad + row * (down + pad / 2))
            p.drawImage(QRectF(corner, QSizeF(across, down)), gray_or_color_image(pixels[row, column]))
    if card.caption:
        line = QRectF(at.left() + pad / 2, at.bottom() - theme.px(23), at.width() - pad, theme.px(18))
        write(p, line, card.caption, theme.font("caption"), theme.color("soft"), CENTER)
