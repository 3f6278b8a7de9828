# SPDX-License-Identifier: MIT
"""Words on the screen: plain text in one of the theme's styles, in the color of a role."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui.language import say
from ui.theme import Role, TextStyle
from ui.views.words import parts_within, squeezed


class Label(QLabel):
    """Plain text: a file name such as "<b>" is shown as it is written."""

    def __init__(self, text: str = "", style: TextStyle = "body", role: Role = "ink", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = self._tip = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("type", style)
        self.set_role(role)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show a text, in the language of the screen."""
        self._source = text
        super().setText(self._shown(text))

    def setToolTip(self, hint: str) -> None:
        """Say more, in the language of the screen."""
        self._tip = hint
        super().setToolTip(say(hint))

    def changeEvent(self, event: QEvent) -> None:
        """Another language has other words."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.setText(self._source)
            self.setToolTip(self._tip)

    def _shown(self, text: str) -> str:
        return say(text)

    def set_role(self, role: Role) -> None:
        """Take the color of another role."""
        self.setProperty("role", role)
        self.style().unpolish(self)
        self.style().polish(self)


class PartsLabel(Label):
    """A note that gives way before anything else: of its parts between “ · ” it shows the first ones that fit whole."""

    def __init__(self, text: str = "", style: TextStyle = "body", role: Role = "ink", parent: QWidget | None = None) -> None:
        super().__init__(text, style, role, parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        """None at all."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what fits."""
        with QPainter(self) as p:
            p.setPen(self.palette().color(self.foregroundRole()))
            p.drawText(self.rect(), int(self.alignment()), parts_within(self.text(), self.font(), self.width()))


class ElidedLabel(Label):
    """A label that gives way where room is short: its letters shrink a little, then it ends in "…"."""

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters."""
        return QSize(self.fontMetrics().averageCharWidth() * 4, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what fits."""
        with QPainter(self) as p:
            font = squeezed(self.text(), self.font(), self.width())
            shown = QFontMetrics(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
            p.setFont(font)
            p.setPen(self.palette().color(self.foregroundRole()))
            p.drawText(self.rect(), int(self.alignment()), shown)
