# SPDX-License-Identifier: MIT
"""The lecture's text beside the stage: one step of a chapter at a time, its formula, and a question to try."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from math import ceil
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from engine.protocol.chapter import Chapter
from engine.protocol.prose import blocks
from ui.controls.buttons import IconButton
from ui.controls.dressed import Dressed
from ui.controls.formula import Formula
from ui.controls.prose import Prose
from ui.language import say
from ui.theme import RADIUS, Role, theme_of

#: A slide that does not fit is set smaller, down to letters that can be read; only then it scrolls.
_ZOOMS: Final = tuple(1 - 0.03 * notch for notch in range(12))
_SMALLEST_PX: Final = 13


class FormulaCard(QWidget):
    """A formula on a raised ground, in the middle; a long one shrinks to the card, and the card with it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._formula = Formula(style="counter", parent=self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_formula(self, latex: str, roles: Mapping[str, Role]) -> None:
        """Show a formula; without one the card hides."""
        self._formula.set_latex(latex, roles)
        self.setVisible(bool(latex))
        self.refit()

    def refit(self) -> None:
        """Take the size that the formula has in the present theme."""
        self.updateGeometry()
        self._place()

    def heightForWidth(self, width: int) -> int:
        """The height of the formula at this width, and the margins."""
        return self._room(width).height() + 2 * theme_of(self).px(12)

    def sizeHint(self) -> QSize:
        """The formula at its full size, and the margins."""
        width = self._formula.sizeHint().width() + 2 * theme_of(self).px(14)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """A formula can shrink."""
        return QSize(theme_of(self).px(40), 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the formula in the middle."""
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        """A new theme has other sizes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.refit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground."""
        theme = theme_of(self)
        with QPainter(self) as p:
            p.setRenderHint(QPainter.RenderHint.Antialiasing)
            p.setPen(Qt.PenStyle.NoPen)
            p.setBrush(theme.color("raised"))
            p.drawRoundedRect(QRectF(self.rect()), theme.px(RADIUS), theme.px(RADIUS))

    def _room(self, width: int) -> QSize:
        """The size of the formula on a card of this width."""
        full = self._formula.sizeHint()
        inside = max(1, min(full.width(), width - 2 * theme_of(self).px(14)))
        return QSize(inside, ceil(full.height() * inside / full.width()))

    def _place(self) -> None:
        size = self._room(self.width())
        self._formula.setGeometry(
            (self.width() - size.width()) // 2, (self.height() - size.height()) // 2, size.width(), size.height()
        )


class StepBars(QWidget):
    """One short bar a step, those up to the present one lit; a click goes to a step."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count, self._step = 0, 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_step(self, step: int, count: int) -> None:
        """Show that step `step` of `count`, from 0, is being read."""
        self._step, self._count = step, count
        words = say(f"Step {step + 1} of {count}")
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.update()

    def sizeHint(self) -> QSize:
        """Tall enough to be hit."""
        return QSize(theme_of(self).px(60), theme_of(self).px(32))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the step under the pointer."""
        step = int(event.position().x() // self._pitch())
        if event.button() == Qt.MouseButton.LeftButton and step < self._count:
            self.chosen.emit(step)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The bars."""
        theme = theme_of(self)
        pitch, thick = self._pitch(), theme.px(4)
        with QPainter(self) as p:
            p.setRenderHint(QPainter.RenderHint.Antialiasing)
            p.setPen(Qt.PenStyle.NoPen)
            for step in range(self._count):
                p.setBrush(theme.color("accent" if step <= self._step else "line"))
                bar = QRectF(step * pitch, (self.height() - thick) / 2, max(pitch - theme.px(6), pitch / 2), thick)
                p.drawRoundedRect(bar, thick / 2, thick / 2)

    def _pitch(self) -> float:
        return min(theme_of(self).px(24), self.width() / max(self._count, 1))


class Reader(Dressed):
    """One chapter, step by step. The window turns its pages; at either end it turns to the next chapter."""

    lit = Signal(tuple)  #: paths of the controls that the present step speaks of
    step_changed = Signal(int)
    beyond = Signal(int)  #: its own buttons asked for the chapter after (1) or before (-1) this one

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._chapter: Chapter | None = None
        self._step = 0
        self._title = Prose("title")
        self._before = Prose("reading")
        self._card = FormulaCard()
        self._after = Prose("reading")
        self._question = Prose("reading", "soft")
        self._page = QWidget()
        self._column = QVBoxLayout(self._page)
        for part in (self._title, self._before, self._card, self._after, self._question):
            self._column.addWidget(part)
        self._column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidget(self._page)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # PgDn turns the page, not the scroll bar
        self._bars = StepBars()
        self._bars.chosen.connect(self.go_to)
        self.back = IconButton("chevron-left", self.tr("Previous step (PgUp)"))
        self.on = IconButton("chevron-right", self.tr("Next step (PgDn)"))
        self.back.clicked.connect(self._turn_back)
        self.on.clicked.connect(self._turn_on)
        self._foot = QHBoxLayout()
        for widget in (self._bars, self.back, self.on):
            self._foot.addWidget(widget)
        self._outer = QVBoxLayout(self)
        self._outer.addWidget(self._scroll, 1)
        self._outer.addLayout(self._foot)
        self._set_lengths()

    @property
    def step(self) -> int:
        """The step that is being read, from 0."""
        return self._step

    def show_chapter(self, chapter: Chapter, step: int = 0) -> None:
        """Open a chapter at a step; −1 is its last one."""
        self._chapter = chapter
        self._show(step % len(chapter.steps))

    def next(self) -> bool:
        """Read on: the rest of a step that had to scroll, then the next step; False at the end of the chapter."""
        return self._scrolled(1) or self.go_to(self._step + 1)

    def previous(self) -> bool:
        """Read back, the same way; False at the beginning of the chapter."""
        return self._scrolled(-1) or self.go_to(self._step - 1)

    def go_to(self, step: int) -> bool:
        """Go to a step; False where the chapter has no such step."""
        if self._chapter is None or not 0 <= step < len(self._chapter.steps):
            return False
        if step != self._step:
            self._show(step)
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another room, another size of type."""
        super().resizeEvent(event)
        self._fit()

    def _turn_on(self) -> None:
        if not self.next():
            self.beyond.emit(1)

    def _turn_back(self) -> None:
        if not self.previous():
            self.beyond.emit(-1)

    def _show(self, step: int) -> None:
        assert self._chapter is not None
        self._step = step
        passage = self._chapter.steps[step]
        text = blocks(passage.text)
        self._title.set_words(passage.title)
        self._before.set_blocks(text[:1])
        self._card.show_formula(passage.formula, passage.colors)
        self._after.set_blocks(text[1:])
        self._question.set_text(passage.question)
        self._bars.show_step(step, len(self._chapter.steps))
        self._fit()
        self._scroll.verticalScrollBar().setValue(0)
        self.step_changed.emit(step)
        self.lit.emit(passage.light)

    def _scrolled(self, pages: int) -> bool:
        """Scroll by so many pages; False where there is nothing left that way."""
        bar = self._scroll.verticalScrollBar()
        before = bar.value()
        bar.setValue(before + pages * bar.pageStep())
        return bar.value() != before

    def _fit(self) -> None:
        """Set the text as large as the room allows."""
        self._card.refit()
        if self._fits(_ZOOMS[0]):
            return
        reading = theme_of(self).sizes["reading"]
        readable = [zoom for zoom in _ZOOMS if zoom == 1 or reading * zoom >= _SMALLEST_PX]
        self._fits(readable[min(bisect_left(readable, True, key=self._fits), len(readable) - 1)])

    def _fits(self, zoom: float) -> bool:
        """Set the text in this size, and say whether there is room for it."""
        theme = theme_of(self)
        for prose in (self._title, self._before, self._after, self._question):
            prose.set_zoom(zoom)
        side = theme.px(20)
        self._column.setContentsMargins(side, theme.px(18 * zoom), side, theme.px(12 * zoom))
        self._column.setSpacing(theme.px(14 * zoom))
        return self._column.heightForWidth(self.width()) <= self.height() - self._foot.sizeHint().height()

    def _set_lengths(self) -> None:
        theme = theme_of(self)
        side = theme.px(20)
        self._foot.setContentsMargins(side, theme.px(6), theme.px(14), theme.px(10))
        self._foot.setSpacing(theme.px(6))
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(0)
        self._fit()
