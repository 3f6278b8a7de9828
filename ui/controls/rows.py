# SPDX-License-Identifier: MIT
"""The rows of the form: a field, the sentence of a refusal, and the ring around what the text speaks of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, QVariantAnimation
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.controls.dressed import Dressed
from ui.controls.fields import Field
from ui.controls.labels import Label
from ui.theme import theme_of

PULSE_MS: Final = 700
PULSES: Final = 3
AIR: Final = 7  #: between a row and its ring


class FormRow(QWidget):
    """A field, with a sentence below it where a value was refused."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.lit = False
        self.glow = 1.0
        self._sentence = Label("", "caption", "alert")
        self._sentence.setWordWrap(True)
        self._sentence.hide()
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(2)
        self._box.addWidget(field)
        self._box.addWidget(self._sentence)
        self._pulse = QVariantAnimation(self)
        self._pulse.setStartValue(0.2)
        self._pulse.setEndValue(1.0)
        self._pulse.setDuration(PULSE_MS)
        self._pulse.setLoopCount(PULSES)
        self._pulse.valueChanged.connect(self._glows)
        field.refused.connect(self.refuse)

    @property
    def refusal(self) -> str:
        """The sentence below it; empty where nothing was refused."""
        return self._sentence.text()

    def light(self, lit: bool) -> None:
        """Ring it, with a short pulse at first."""
        if lit and not self.lit:
            self._pulse.start()
        self.lit = lit
        self._glows(1.0)

    def refuse(self, reason: str) -> None:
        """Say why a value was not taken; an empty reason takes the sentence away."""
        self._sentence.setText(reason)
        self._sentence.setVisible(bool(reason))

    def _glows(self, glow: float) -> None:
        self.glow = glow
        sheet = self.parentWidget()
        while sheet is not None and not isinstance(sheet, Sheet):
            sheet = sheet.parentWidget()
        if sheet is not None:
            sheet.update()


class Sheet(Dressed):
    """What the form scrolls: its sections, one below the other, with air on both sides for the rings."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[FormRow, ...] = ()
        self._box = QVBoxLayout(self)
        self._set_lengths()

    def add(self, widget: QWidget) -> None:
        """Put a widget below the others."""
        self._box.addWidget(widget)

    def finish(self, rows: Iterable[FormRow]) -> None:
        """These are the rows; no more widgets come."""
        self._rows = tuple(rows)
        self._box.addStretch(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rings, in the air around the rows."""
        theme = theme_of(self)
        width, air = theme.px(2), theme.px(AIR)
        with QPainter(self) as p:
            p.setRenderHint(QPainter.RenderHint.Antialiasing)
            for row in self._rows:
                if row.lit and row.isVisible():
                    at = QRectF(QRect(row.mapTo(self, QPoint(0, 0)), row.size()))
                    p.setPen(QPen(theme.color("accent", row.glow), width))
                    p.setBrush(theme.color("accent", 0.10 * row.glow))
                    p.drawRoundedRect(at.adjusted(-air + 1, -air / 2, air - 1, air / 2), air, air)

    def _set_lengths(self) -> None:
        theme = theme_of(self)
        self._box.setContentsMargins(theme.px(AIR), theme.px(4), theme.px(AIR + 3), theme.px(4))
        self._box.setSpacing(theme.px(16))
