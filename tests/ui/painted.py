# SPDX-License-Identifier: MIT
"""The words that a window really paints, and where: read from an SVG of it, whoever painted them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from itertools import combinations
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QTransform
from PySide6.QtWidgets import QWidget

from ui.exporting.pictures import svg_of

SLACK: Final = 1.0  #: pixels that two words may share: round letters overhang
_TAG: Final = re.compile(r'<g [^>]*transform="matrix\(([^)]*)\)"|<text ([^>]*)>([^<]*)</text>', re.DOTALL)
_ATTRIBUTE: Final = re.compile(r'([\w-]+)="([^"]*)"')


@dataclass(frozen=True)
class Words:
    """One piece of text, and the rectangle from the top of its capitals to its baseline, in pixels of the window."""

    text: str
    rect: QRectF

    @property
    def cut(self) -> bool:
        """Whether its end is missing. Texts of our own that end so stand in the table of actions and in notices."""
        return self.text.endswith("…")


def words_on(window: QWidget) -> list[Words]:
    """All words that can be seen now."""
    return list(_read(svg_of(window).decode("utf-8")))


def crossings(words: list[Words]) -> list[str]:
    """The pairs that lie over each other, in words; a text painted again for its rim is one text."""
    return [
        f"“{one.text}” lies over “{two.text}” at {two.rect.x():.0f}, {two.rect.y():.0f}"
        for one, two in combinations(words, 2)
        if one.text != two.text and _shared(one.rect, two.rect)
    ]


def outside(words: list[Words], window: QWidget) -> list[str]:
    """The words that leave the window."""
    room = QRectF(window.rect()).adjusted(-SLACK, -SLACK, SLACK, SLACK)
    return [f"“{found.text}” leaves the window" for found in words if not room.contains(found.rect)]


def _shared(one: QRectF, two: QRectF) -> bool:
    both = one.intersected(two)
    return both.width() > SLACK and both.height() > SLACK


def _read(svg: str) -> Iterator[Words]:
    matrix = QTransform()
    for numbers, attributes, text in _TAG.findall(svg):
        if numbers:
            a, b, c, d, x, y = (float(number) for number in numbers.split(","))
            matrix = QTransform(a, b, c, d, x, y)
        elif text.strip():
            yield _placed(unescape(text), dict(_ATTRIBUTE.findall(attributes)), matrix)


def _placed(text: str, said: dict[str, str], matrix: QTransform) -> Words:
    font = QFont(said["font-family"])
    font.setPixelSize(round(float(said["font-size"])))
    font.setWeight(QFont.Weight(int(said["font-weight"])))
    metrics = QFontMetricsF(font)
    high = metrics.capHeight()
    rect = QRectF(float(said["x"]), float(said["y"]) - high, metrics.horizontalAdvance(text.rstrip()), high)
    return Words(text, matrix.mapRect(rect))
