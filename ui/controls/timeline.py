# SPDX-License-Identifier: MIT
"""The bar at the bottom: scrub through what was seen. At its right end it is live."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from ui.controls.buttons import IconButton
from ui.controls.dressed import Dressed
from ui.controls.transport import Figures, counter_text
from ui.language import say
from ui.theme import theme_of

ROOMY: Final = 760  #: from this width on, in pixels at scale 1, the buttons have words
FERTILE: Final = "Go on from these weights, with other settings if you like; what came later stays on the curves"
BARREN: Final = "These weights belong to an earlier run; undo leads back to it"
PAGES: Final = 20  #: Shift with an arrow moves by this part of what was seen


class Scrub(QWidget):
    """A groove over the moments 0 … count − 1; `moved` says where a person went."""

    moved = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count, self._at = 0, 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(say("Timeline"))
        self.setToolTip(say("Drag to look back at what was seen; the right end is live"))

    @property
    def at(self) -> int:
        """The moment that is shown."""
        return self._at

    @property
    def live(self) -> bool:
        """Whether it stands at the right end."""
        return self._at >= self._count - 1

    def show_range(self, count: int, at: int) -> None:
        """There are so many moments, and this one is shown."""
        was = self._share()
        self._count, self._at = count, at
        if self._share() != was:
            self.update()

    def go(self, index: int) -> None:
        """Move there as a person would."""
        index = min(max(index, 0), self._count - 1)
        if self._count and index != self._at:
            self._at = index
            self.update()
            self.moved.emit(index)

    def go_live(self) -> None:
        """Move to the right end."""
        self.go(self._count - 1)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        theme = theme_of(self)
        return QSize(theme.px(200), theme.px(24))

    def event(self, event: QEvent) -> bool:
        """Keep the arrows from the window's shortcuts while Tab has led here."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._target(event) is not None:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows step through the moments, Home and End go to the ends."""
        target = self._target(event)
        if target is None:
            event.ignore()
        else:
            self.go(target)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go where the pointer is."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.go(self._index(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the hand."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.go(self._index(event.position().x()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The groove, what lies before the moment shown, and the knob."""
        theme = theme_of(self)
        height, knob, inset = theme.px(4), theme.px(6), self._inset()
        middle = self.height() / 2
        x = inset + (self.width() - 2 * inset) * self._share()
        with QPainter(self) as p:
            p.setRenderHint(QPainter.RenderHint.Antialiasing)
            p.setPen(Qt.PenStyle.NoPen)
            p.setBrush(theme.color("line"))
            p.drawRoundedRect(QRectF(inset, middle - height / 2, self.width() - 2 * inset, height), height / 2, height / 2)
            p.setBrush(theme.color("faint"))
            p.drawRoundedRect(QRectF(inset, middle - height / 2, x - inset, height), height / 2, height / 2)
            p.setBrush(theme.color("ink" if self._count else "line"))
            if self.hasFocus():
                p.setPen(QPen(theme.color("accent"), theme.px(2)))
            p.drawEllipse(QPointF(x, middle), knob, knob)

    def _share(self) -> float:
        return self._at / (self._count - 1) if self._count > 1 else 1.0

    def _inset(self) -> int:
        return theme_of(self).px(9)

    def _index(self, x: float) -> int:
        inset = self._inset()
        return round((x - inset) / max(1, self.width() - 2 * inset) * (self._count - 1))

    def _target(self, event: QKeyEvent) -> int | None:
        page = max(1, self._count // PAGES) if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        targets = {
            Qt.Key.Key_Left: self._at - page, Qt.Key.Key_Right: self._at + page,
            Qt.Key.Key_Home: 0, Qt.Key.Key_End: self._count - 1,
        }  # fmt: skip
        return targets.get(Qt.Key(event.key()))


class Timeline(Dressed):
    """Back and forth by one, the groove, and which step is shown of how many were seen."""

    scrubbed = Signal(int)  #: the moment to show; the last one is live
    branched = Signal()  #: go on from the moment that is shown

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.scrub = Scrub()
        self.scrub.moved.connect(self.scrubbed)
        self._back = IconButton("previous", "One picture back", flat=True)
        self._forth = IconButton("next", "One picture forth", flat=True)
        self._back.clicked.connect(self.back)
        self._forth.clicked.connect(self.forth)
        self._live = IconButton("chevron-right", "Back to what happens now", "Live")
        self._live.clicked.connect(self.scrub.go_live)
        self.branch = IconButton("branch", "", "Branch from here")
        self.branch.clicked.connect(self.branched)
        for button in (self._live, self.branch):
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(True)  # or the groove would change its length under the hand
            button.setSizePolicy(policy)
        self._words = Figures("body", "step 0,000,000 of 0,000,000 seen", soft=True)
        self._row = QHBoxLayout(self)
        for widget in (self._back, self._forth, self.scrub, self._words, self.branch, self._live):
            self._row.addWidget(widget, 1 if widget is self.scrub else 0)
        self._set_lengths()
        self.show_moment(0, 0, 0, 0)

    def back(self) -> None:
        """One picture back."""
        self.scrub.go(self.scrub.at - 1)

    def forth(self) -> None:
        """One picture forth."""
        self.scrub.go(self.scrub.at + 1)

    def show_moment(self, count: int, at: int, step: int, last: int, fertile: bool = False) -> None:
        """The moment `at` of `count` is shown; its step, the last step that was seen, and whether one can go on from it."""
        self.scrub.show_range(count, at)
        live = self.scrub.live
        self._words.show_text(f"step {counter_text(step)} of {counter_text(last)} seen" if count else "nothing seen yet")
        self._live.setVisible(not live)
        self.branch.setVisible(not live)
        self.branch.setEnabled(fertile)
        self.branch.set_hint(FERTILE if fertile else BARREN)
        self._back.setEnabled(at > 0)
        self._forth.setEnabled(not live)

    def _set_lengths(self) -> None:
        theme = theme_of(self)
        self._row.setContentsMargins(theme.px(10), theme.px(4), theme.px(14), theme.px(4))
        self._row.setSpacing(theme.px(6))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is narrow, the icons speak for the buttons."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        roomy = self.width() / theme_of(self).scale >= ROOMY
        for button, words in ((self.branch, "Branch from here"), (self._live, "Live")):
            if button.text() != (words if roomy else ""):
                button.setText(words if roomy else "")
                button.updateGeometry()
