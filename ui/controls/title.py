# SPDX-License-Identifier: MIT
"""The chapter's title in the top bar: a click opens the contents."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.controls.buttons import Button, draw_pill
from ui.theme import RADIUS, Role, Theme, icon, theme_of
from ui.views.words import squeezed

HIGH: Final = 38  #: two lines of a long title


class TitleButton(Button):
    """A title that gives way where room is short, with a mark that something opens below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_title(self, title: str, hint: str) -> None:
        """Show another title; the tooltip says it whole."""
        self.setText(title)
        self.set_hint(f"{title} · {hint}")
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """The whole title."""
        theme = theme_of(self)
        words = QFontMetrics(theme.font("heading")).horizontalAdvance(self.text())
        return QSize(words + theme.px(36), theme.px(HIGH))

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters."""
        theme = theme_of(self)
        return QSize(theme.px(60), theme.px(HIGH))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The title, as much of it as fits, and the mark."""
        theme = theme_of(self)
        inset, side = theme.px(7), theme.px(14)
        with QPainter(self) as p:
            if self.lit() or self.ringed() or self.isDown():
                edge: Role = "ink" if self.ringed() else "line"
                draw_pill(p, self.rect(), theme.px(RADIUS), theme.color("raised"), theme.color(edge), theme.px(1))
            room = self.width() - 2 * inset - side - theme.px(5)
            font, lines = _lines(theme, self.text(), room)
            metrics = QFontMetrics(font)
            p.setFont(font)
            p.setPen(theme.color("ink"))
            p.drawText(QRect(inset, 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter, "\n".join(lines))
            wide = max(metrics.horizontalAdvance(line) for line in lines)
            at = QRect(inset + wide + theme.px(5), (self.height() - side) // 2, side, side)
            icon("chevron-down", theme.color("ink" if self.lit() else "faint")).paint(p, at)


def _lines(theme: Theme, title: str, room: int) -> tuple[QFont, list[str]]:
    """The title in one line where it fits, in two smaller ones where that helps; the second ends in “…” where it must."""
    font = theme.font("heading")
    if QFontMetrics(font).horizontalAdvance(title) <= room or " " not in title:
        return font, [QFontMetrics(font).elidedText(title, Qt.TextElideMode.ElideRight, room)]
    words, metrics = title.split(" "), QFontMetrics(theme.font("strong"))
    splits = [(" ".join(words[:k]), " ".join(words[k:])) for k in range(1, len(words))]
    lines = min(splits, key=lambda pair: max(metrics.horizontalAdvance(line) for line in pair))
    font = squeezed(max(lines, key=metrics.horizontalAdvance), theme.font("strong"), room)
    metrics = QFontMetrics(font)
    return font, [metrics.elidedText(line, Qt.TextElideMode.ElideRight, room) for line in lines]
