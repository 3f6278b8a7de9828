# SPDX-License-Identifier: MIT
"""How the window's rooms lie: bar, recipe, panels, text and timeline, and who gives way where it is narrow."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QSplitter, QVBoxLayout, QWidget

from ui.actions import Actions
from ui.arrangement import Arrangement
from ui.controls.banner import Banner
from ui.controls.flowbar import FlowBar
from ui.controls.form import Form
from ui.controls.reader import Reader
from ui.controls.timeline import Timeline
from ui.controls.transport import TopBar
from ui.theme import theme_of

WIDE: Final = 900  #: from this width on, in pixels at scale 1, the recipe stands open beside the stage
#: Share of the width, least and most in pixels at scale 1.
FORM: Final = (0.16, 244, 300)
READER: Final = (0.235, 244, 400)

PANELS: Final = 300  #: the least width of the panels


class Desk(QWidget):
    """All that stands in the window. Where it becomes narrow, the recipe gives its room to the stage."""

    widened = Signal(bool)  #: wide enough for the recipe, or not any more

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.bar = TopBar(actions)
        self.form, self.panels, self.reader = Form(), Arrangement(), Reader()
        self.timeline = Timeline()
        self.flow = FlowBar(actions)
        self.panels.watched.connect(self.flow.follow)
        middle = QWidget()
        inner = QVBoxLayout(middle)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        for part in (self.panels, _hairline(), self.flow):
            inner.addWidget(part)
        inner.setStretchFactor(self.panels, 1)
        self.banner = Banner(self.panels)
        self._was_wide: bool | None = None
        self._split = QSplitter(Qt.Orientation.Horizontal)
        for room in (self.form, middle, self.reader):
            self._split.addWidget(room)
        self._split.setStretchFactor(1, 1)
        self._split.setHandleWidth(1)
        self._split.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for row in (self.bar, _hairline(), self._split, _hairline(), self.timeline):
            column.addWidget(row)
        column.setStretchFactor(self._split, 1)

    @property
    def wide(self) -> bool:
        """Whether there is room for recipe and text beside the panels."""
        return self.width() / theme_of(self).scale >= WIDE

    def showEvent(self, event: QShowEvent) -> None:
        """Share the width out for the first time."""
        super().showEvent(event)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width out."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """A new theme has other lengths."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._was_wide = None
            self._fit()

    def _fit(self) -> None:
        """Share the width out anew where it changed its kind; between that, the hand on a seam decides."""
        theme, wide = theme_of(self), self.wide
        if wide == self._was_wide or not self.isVisible():
            return
        self._was_wide = wide
        self.widened.emit(wide)
        form, reader = (
            round(min(max(share * self.width(), theme.px(least)), theme.px(most))) for share, least, most in (FORM, READER)
        )
        self.form.setMinimumWidth(theme.px(FORM[1]))
        self.reader.setMinimumWidth(theme.px(READER[1]))
        self.panels.setMinimumWidth(theme.px(PANELS))
        self._split.setSizes([form, self.width() - reader - form * wide, reader])


def _hairline() -> QFrame:
    line = QFrame()
    line.setProperty("surface", "line")
    line.setFixedHeight(1)
    return line
