# SPDX-License-Identifier: MIT
"""A row of the form: symbol, label and value above a groove. One number, dragged or typed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QEvent, QPoint, QPropertyAnimation, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from ui.controls.dressed import Dressed
from ui.controls.formula import Formula, symbol_latex
from ui.controls.groove import Groove
from ui.controls.labels import ElidedLabel
from ui.controls.scale import Fault, NumberScale, Refused
from ui.language import say
from ui.theme import Role, theme_of


class ValueField(QLineEdit):
    """The value as text, and a field as soon as one clicks it.

    Return takes what was typed; what is no number within the limits is refused with a sentence, marked and shaken,
    and stays to be mended; Escape brings the value back.
    """

    typed = Signal(object)
    refused = Signal(str)

    def __init__(self, scale: NumberScale, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scale, self._number = scale, scale.low
        self._entered = False  # by a press whose own work is still to come
        self.setProperty("value", True)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setTextMargins(0, 0, -4, 0)  # QLineEdit keeps so many to itself: the figures end where the groove ends
        self._shake = QPropertyAnimation(self, b"pos", self)
        self._shake.setEasingCurve(QEasingCurve.Type.OutQuad)
        self.returnPressed.connect(self._take)
        self.textEdited.connect(lambda: self._mark(False))
        self._fit()

    def set_number(self, number: float) -> None:
        """Show a number; says nothing, and leaves a text that is being typed."""
        self._number = number
        if not (self.hasFocus() and self.isModified()):
            self._restore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Typing replaces the whole value."""
        super().focusInEvent(event)
        self._entered = event.reason() == Qt.FocusReason.MouseFocusReason
        self.selectAll()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The press that gave the focus must not undo the selection; the next one places the cursor."""
        super().mousePressEvent(event)
        if self._entered:
            self._entered = False
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take what is right; leave no wrong text standing as if it were the value."""
        super().focusOutEvent(event)
        if event.reason() == Qt.FocusReason.PopupFocusReason:
            return
        try:
            self._accept(self._scale.read(self.text()))
        except Refused:
            self._restore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape brings the value back and leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self._restore()
            self.clearFocus()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """A new theme has other sizes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def _restore(self) -> None:
        self._mark(False)
        self.setText(self._scale.text(self._number))
        self.setCursorPosition(0)
        self._fit()

    def _take(self) -> None:
        try:
            self._accept(self._scale.read(self.text()))
            self.selectAll()
        except Refused as reason:
            self._refuse(self._sentence(reason.fault))

    def _accept(self, number: float) -> None:
        changed = number != self._number
        self._number = number
        self._restore()
        if changed:
            self.typed.emit(number)

    def _refuse(self, sentence: str) -> None:
        self._mark(True)
        if self._shake.state() == QPropertyAnimation.State.Running:
            self._shake.setCurrentTime(self._shake.duration())  # home, before it is asked where that is
        step, home = theme_of(self).px(5), self.pos()
        self._shake.setDuration(260)
        self._shake.setStartValue(home)
        for share, offset in ((0.2, -step), (0.4, step), (0.6, -step // 2), (0.8, step // 2)):
            self._shake.setKeyValueAt(share, home + QPoint(offset, 0))
        self._shake.setEndValue(home)
        self._shake.start()
        QToolTip.showText(self.mapToGlobal(QPoint(0, self.height())), sentence, self)
        self.refused.emit(sentence)

    def _mark(self, refused: bool) -> None:
        if bool(self.property("refused")) != refused:
            self.setProperty("refused", refused)
            self.style().unpolish(self)
            self.style().polish(self)

    def _sentence(self, fault: Fault) -> str:
        lowest, highest = (self._scale.text(limit) for limit in self._scale.limits)
        sentences: dict[Fault, Callable[[], str]] = {
            "comma": lambda: say("Write the number with a point and no comma, such as 0.25."),
            "no_number": lambda: say("This is not a number. Write one such as 0.25 or 2e-3."),
            "no_integer": lambda: say("Only whole numbers are possible here."),
            "too_small": lambda: say(f"The smallest possible value is {lowest}."),
            "too_large": lambda: say(f"The largest possible value is {highest}."),
        }
        return sentences[fault]()

    def _fit(self) -> None:
        """As wide as the values of the groove, so that nothing beside it moves; a longer one takes what it needs."""
        theme = theme_of(self)
        metrics = QFontMetrics(theme.font("strong"))
        usual = self._scale.text(self._scale.high) if self._scale.integer else "2.0e-3"
        widest = max(metrics.horizontalAdvance(usual), metrics.horizontalAdvance(self.text()), theme.px(30))
        self.setFixedWidth(widest + theme.px(4))


class SliderRow(Dressed):
    """Symbol in its role's color, label, value; under them the groove.

    `changed` follows every move, `committed` comes once when a drag, a key, the wheel or typing is done, and `refused`
    with the sentence that says why a typed text was not taken. Both values are int where the scale counts.
    """

    changed = Signal(object)
    committed = Signal(object)
    refused = Signal(str)

    def __init__(
        self,
        label: str,
        scale: NumberScale,
        value: float,
        *,
        symbol: str = "",
        role: Role = "learned",
        hint: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._symbol = Formula(symbol_latex(symbol), style="body", ink=role, inline=True)
        self._label = ElidedLabel(label, "body", "soft")
        self._field = ValueField(scale)
        self._groove = Groove(scale, role)
        self._head = QHBoxLayout()
        self._rows = QVBoxLayout(self)
        self._lay_out(has_symbol=bool(symbol))
        self._name(f"{symbol} {say(label)}".strip(), hint)
        self.setFocusProxy(self._groove)
        self._groove.changed.connect(self._field.set_number)
        self._groove.changed.connect(self.changed)
        self._groove.committed.connect(self.committed)
        self._field.typed.connect(self._typed)
        self._field.refused.connect(self.refused)
        self.set_value(value)

    @property
    def value(self) -> float:
        """The number it stands at."""
        return self._groove.number

    def set_value(self, value: float) -> None:
        """Show a number; says nothing, and takes the ring from no hand."""
        if not self._groove.dragging:
            self._groove.set_number(value)
            self._field.set_number(value)

    def _typed(self, number: float) -> None:
        self._groove.set_number(number)
        self.changed.emit(number)
        self.committed.emit(number)

    def _name(self, name: str, hint: str) -> None:
        self.setToolTip(say(hint))
        self._groove.setAccessibleName(name)
        self._field.setAccessibleName(say(f"{name}, value"))
        self._label.setBuddy(self._field)

    def _lay_out(self, *, has_symbol: bool) -> None:
        self._head.addWidget(self._symbol)
        if not has_symbol:
            self._symbol.hide()  # shown before it had a parent, it would be a window of its own for a moment
        self._head.addWidget(self._label, 1)
        self._head.addWidget(self._field)
        self._rows.addLayout(self._head)
        self._rows.addWidget(self._groove)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._set_lengths()

    def _set_lengths(self) -> None:
        theme = theme_of(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._head.setSpacing(theme.px(6))
