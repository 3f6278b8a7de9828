# SPDX-License-Identifier: MIT
"""Words in a painting: plain text that ends in “…” where room is short, and names that find a place free of points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from ui.language import say

_BIN_PX: Final = 6.0
SQUEEZE: Final = 0.84  #: how small letters may become, rather than end in “…”
_SHORT: Final = 3  #: letters of a word that leads to the next: to, of, the, zur
_PLACES: Final = 48  #: places along a path that are tried for its name

LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTER: Final = Qt.AlignmentFlag.AlignCenter


def write(p: QPainter, room: QRectF, text: str, font: QFont, color: QColor, align: Qt.AlignmentFlag = LEFT) -> None:
    """Write one line of plain text into `room`."""
    p.setFont(font)
    p.setPen(color)
    shown = QFontMetricsF(font).elidedText(say(text), Qt.TextElideMode.ElideRight, room.width() + 0.5)
    p.drawText(room, int(align | Qt.TextFlag.TextSingleLine), shown)


def squeezed(text: str, font: QFont, wide: float) -> QFont:
    """The font, or one a little smaller where all of a text fits only so."""
    needed = QFontMetricsF(font).horizontalAdvance(text)
    smaller = math.floor(font.pixelSize() * wide / max(needed, 1.0))
    if needed <= wide or smaller < SQUEEZE * font.pixelSize():
        return font
    found = QFont(font)
    found.setPixelSize(smaller)
    return found


def write_whole(
    p: QPainter, room: QRectF, text: str, fonts: Sequence[QFont], color: QColor, align: Qt.AlignmentFlag = LEFT
) -> None:
    """Write one line in the first of the fonts in which all of it fits; nothing where it fits in none."""
    for font in fonts:
        if width_of(text, font) <= room.width() + 0.5:
            write(p, room, text, font, color, align)
            return


def write_lines(p: QPainter, room: QRectF, text: str, font: QFont, color: QColor) -> None:
    """Write a name from the left, in the middle of a room: in one line, or wrapped where that is too long and they fit."""
    flags = int(LEFT | Qt.TextFlag.TextWordWrap)
    box = QFontMetricsF(font).boundingRect(room, flags, say(text))
    if width_of(text, font) > room.width() and box.width() <= room.width() + 0.5 and box.height() <= room.height():
        p.setFont(font)
        p.setPen(color)
        p.drawText(room, flags, say(text))
    else:
        write(p, room, text, font, color)


def parts_within(text: str, font: QFont, wide: float) -> str:
    """Of parts joined by “ · ” or “; ” the first ones that fit whole into a width; none rather than half a one."""
    text = say(text)
    while width_of(text, font) > wide:
        cut = max(text.rfind(" · "), text.rfind("; "))
        if cut < 0:
            return ""
        text = text[:cut]
    return text


def ends_within(text: str, font: QFont, wide: float) -> str:
    """A text that ends in its figure, without as many of the words before that as it takes to fit: “RMS 0.056”.

    It does not become “RMS to the 0.056”: short words go with the one that they led to.
    """
    text = say(text)
    *words, figure = text.replace(" %", "\N{NO-BREAK SPACE}%").split(" ")
    while len(words) > 1 and width_of(text, font) > wide:
        words.pop()
        while len(words) > 1 and len(words[-1]) <= _SHORT:
            words.pop()
        text = " ".join((*words, figure))
    return text


def width_of(text: str, font: QFont) -> float:
    """The width of a line of text in pixels."""
    return QFontMetricsF(font).horizontalAdvance(say(text))


class Crowd:
    """Where points stand, counted in coarse bins, so that a rectangle's share of them is four look-ups."""

    def __init__(self, room: QRectF, px: NDArray[np.float64]) -> None:
        self._corner = np.array((room.left(), room.top()))
        wide, high = int(room.width() / _BIN_PX) + 1, int(room.height() / _BIN_PX) + 1
        with np.errstate(invalid="ignore"):
            bins = np.floor((px - self._corner) / _BIN_PX)
            bins = bins[((bins >= 0) & (bins < (wide, high))).all(axis=1)].astype(np.intp)
        counts = np.bincount(bins @ (1, wide), minlength=wide * high).reshape(high, wide)
        self._sums = np.pad(counts, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)

    def within(self, rect: QRectF) -> int:
        """How many points stand in the bins that a rectangle touches."""
        high, wide = self._sums.shape
        x0, y0 = np.floor((np.array((rect.left(), rect.top())) - self._corner) / _BIN_PX).astype(int).tolist()
        x1, y1 = np.floor((np.array((rect.right(), rect.bottom())) - self._corner) / _BIN_PX).astype(int).tolist()
        x0, x1 = (min(max(x, 0), wide - 1) for x in (x0, x1 + 1))
        y0, y1 = (min(max(y, 0), high - 1) for y in (y0, y1 + 1))
        return int(self._sums[y1, x1] - self._sums[y0, x1] - self._sums[y1, x0] + self._sums[y0, x0])


def place_on(
    line: NDArray[np.float64], wide: float, high: float, room: QRectF, crowd: Crowd, taken: Sequence[QRectF]
) -> QRectF | None:
    """The highest place on a line (T, 2), pixels, where a text of this size meets no points and no other text.

    Where there is none, the one that meets the fewest points; None where all of the line is outside `room`.
    """
    places = line[np.linspace(0, len(line) - 1, min(len(line), _PLACES)).round().astype(int)]
    places = places[np.isfinite(places).all(axis=1)]
    best: QRectF | None = None
    fewest = 0
    for x, y in places[np.argsort(places[:, 1], kind="stable")].tolist():
        rect = QRectF(x - wide / 2, y - high / 2, wide, high)
        if not room.contains(rect) or any(rect.intersects(other) for other in taken):
            continue
        met = crowd.within(rect.adjusted(-3, -3, 3, 3))
        if best is None or met < fewest:
            best, fewest = rect, met
        if not fewest:
            break
    return best


def write_on_line(p: QPainter, rect: QRectF, text: str, font: QFont, color: QColor, ground: QColor) -> None:
    """Write a name on a line, with a rim in the color of the ground that keeps the line off the letters.

    The rim is the text itself, moved about: outlines from QPainterPath.addText differ by a hair from one time to the next.
    """
    rim = 0.14 * rect.height()
    for dx, dy in ((-1, -1), (0, -1.3), (1, -1), (1.3, 0), (1, 1), (0, 1.3), (-1, 1), (-1.3, 0)):
        write(p, rect.translated(rim * dx, rim * dy), text, font, ground, CENTER)
    write(p, rect, text, font, color, CENTER)
