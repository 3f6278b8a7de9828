# SPDX-License-Identifier: MIT
"""A figure and a sentence, plain text."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from engine.protocol.payloads import Text
from ui.theme import Theme
from ui.views.view import View
from ui.views.words import LEFT, width_of, write


class TextView(View):
    """The Text layers of a picture, one below the other."""

    def draw(self, p: QPainter, theme: Theme) -> None:
        """Large figure, sentence below."""
        edge = theme.px(14)
        room = QRectF(self.rect()).adjusted(edge, theme.px(6), -edge, -theme.px(8))
        body = theme.font("reading")
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
        for layer in self.picture.layers if self.picture is not None else ():
            if not isinstance(layer, Text):
                raise TypeError(f"{type(layer).__name__} “{layer.name}” is no text")
            if layer.figure:
                figure = figure_font(theme, layer.figure, room)
                high = QFontMetricsF(figure).height()
                write(p, QRectF(room.left(), room.top(), room.width(), high), layer.figure, figure, theme.color("ink"), LEFT)
                room.setTop(room.top() + high + theme.px(2))
            p.setFont(body)
            p.setPen(theme.color("soft"))
            p.drawText(room, flags, layer.text)
            needed = QFontMetricsF(body).boundingRect(room, flags, layer.text)
            room.setTop(min(needed.bottom() + theme.px(10), room.bottom()))


def figure_font(theme: Theme, figure: str, room: QRectF) -> QFont:
    """The figure as large as the panel allows, within reason."""
    font = theme.font("number")
    least = font.pixelSize()
    size = min(room.height() * 0.45, least * 2.4)
    font.setPixelSize(max(int(size), least))
    while font.pixelSize() > least and width_of(figure, font) > room.width():
        font.setPixelSize(font.pixelSize() - 1)
    return font
