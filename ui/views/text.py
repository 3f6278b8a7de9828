# SPDX-License-Identifier: MIT
"""A figure and a sentence, plain text."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from engine.protocol.payloads import Text
from ui.language import say
from ui.theme import TextStyle, Theme
from ui.views.view import View
from ui.views.words import LEFT, width_of, write

_WRAPPED: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
_STYLES: Final[tuple[TextStyle, ...]] = ("reading", "body", "caption")


class TextView(View):
    """The Text layers of a picture, one below the other."""

    def draw(self, p: QPainter, theme: Theme) -> None:
        """Large figure, sentence below."""
        edge = theme.px(14)
        room = QRectF(self.rect()).adjusted(edge, theme.px(6), -edge, -theme.px(8))
        for layer in self.picture.layers if self.picture is not None else ():
            if not isinstance(layer, Text):
                raise TypeError(f"{type(layer).__name__} “{layer.name}” is no text")
            if layer.figure:
                font = figure_font(theme, layer.figure, room)
                high = QFontMetricsF(font).height()
                write(p, QRectF(room.left(), room.top(), room.width(), high), layer.figure, font, theme.color("ink"), LEFT)
                room.setTop(room.top() + high + theme.px(2))
            font, text = fitted(theme, say(layer.text), room)
            p.setFont(font)
            p.setPen(theme.color("soft"))
            p.drawText(room, _WRAPPED, text)
            room.setTop(min(room.top() + text_height(font, text, room) + theme.px(10), room.bottom()))


def figure_font(theme: Theme, figure: str, room: QRectF) -> QFont:
    """The figure as large as the panel allows, within reason."""
    font = theme.font("number")
    least = font.pixelSize()
    font.setPixelSize(max(int(min(room.height() * 0.4, least * 2.4)), least))
    while font.pixelSize() > least and width_of(figure, font) > room.width():
        font.setPixelSize(font.pixelSize() - 1)
    return font


def fitted(theme: Theme, text: str, room: QRectF) -> tuple[QFont, str]:
    """The largest type in which a text fits its room; where none does, the smallest, and as many words as fit."""
    font = theme.font("reading")
    for style in _STYLES:
        font = theme.font(style)
        if text_height(font, text, room) <= room.height():
            return font, text
    words = text.split()
    shown = bisect_left(range(len(words)), True, key=lambda k: text_height(font, _cut(words, k + 1), room) > room.height())
    return font, _cut(words, shown)


def text_height(font: QFont, text: str, room: QRectF) -> float:
    """The height of a text that wraps at the width of a room."""
    return QFontMetricsF(font).boundingRect(QRectF(0, 0, room.width(), 1e5), _WRAPPED, text).height()


def _cut(words: list[str], count: int) -> str:
    return " ".join(words[:count]) + " …"
