# SPDX-License-Identifier: MIT
"""The parts of a panel: a small spaced label above each, and parts that fold away."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from ui.controls.buttons import Button, draw_pill
from ui.controls.dressed import Dressed
from ui.controls.labels import Label
from ui.language import say
from ui.theme import Role, icon, theme_of

_GAP: Final = 6  #: between the label and what it names, and between the things it names


def capitals(text: str) -> str:
    """In capitals, but for the lecture's symbols: Σ is not σ."""
    return "".join(letter if "α" <= letter <= "ω" else letter.upper() for letter in text)


class SectionLabel(Label):
    """A small, spaced heading; capitals are only how it is drawn, a screen reader says the words."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, "section", "faint", parent)
        self.setAccessibleName(say(text))

    def _shown(self, text: str) -> str:
        return capitals(say(text))


class _Fold(Button):
    """The heading of a part that folds away."""

    def __init__(self, text: str, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(text, hint, parent)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Words and chevron."""
        theme = theme_of(self)
        words = QFontMetrics(theme.font("section")).horizontalAdvance(capitals(self.text()))
        return QSize(words + theme.px(26), theme.px(22))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Words to the left, chevron to the right: down where open."""
        theme = theme_of(self)
        role: Role = "ink" if self.lit() else "faint"
        with QPainter(self) as p:
            if self.ringed():
                draw_pill(p, self.rect(), theme.px(5), theme.color("raised"), theme.color("ink"), theme.px(1))
            p.setFont(theme.font("section"))
            p.setPen(theme.color(role))
            p.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, capitals(self.text()))
            side = theme.px(14)
            at = QRect(self.width() - side, (self.height() - side) // 2, side, side)
            icon("chevron-down" if self.isChecked() else "chevron-right", theme.color(role)).paint(p, at)


class Section(Dressed):
    """A heading and what it names, one below the other; with `folds` the heading opens and closes it.

    `folded` says, when a person folds it, whether it is closed now.
    """

    folded = Signal(bool)

    def __init__(
        self, title: str, hint: str = "", *, folds: bool = False, opened: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._body = QWidget()
        self._inner = QVBoxLayout(self._body)
        self._outer = QVBoxLayout(self)
        self._heading: _Fold | SectionLabel
        if folds:
            self._heading = _Fold(title, hint)
            self._heading.setChecked(opened)
            self._heading.clicked.connect(self._fold)
        else:
            self._heading = SectionLabel(title)
            self._heading.setToolTip(hint)
        self._outer.addWidget(self._heading)
        self._outer.addWidget(self._body)
        self._body.setVisible(opened or not folds)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._set_lengths()

    def add(self, widget: QWidget) -> None:
        """Put a widget below the others."""
        self._inner.addWidget(widget)

    @property
    def is_open(self) -> bool:
        """Whether its content is in sight."""
        return not self._body.isHidden()

    def set_open(self, opened: bool) -> None:
        """Open or close it; says nothing."""
        if isinstance(self._heading, _Fold):
            self._heading.setChecked(opened)
        self._body.setVisible(opened)

    def _fold(self, opened: bool) -> None:
        self.set_open(opened)
        self.folded.emit(not opened)

    def _set_lengths(self) -> None:
        theme = theme_of(self)
        for layout in (self._inner, self._outer):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(theme.px(_GAP))
