# SPDX-License-Identifier: MIT
"""The strip below the panels: how points move, letting them go, taking them off, and how fast training runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from engine.protocol.recipe.probes import Panel
from engine.protocol.recipe.probes.stage import Stage
from ui.actions import Actions
from ui.controls.buttons import IconButton
from ui.controls.dressed import Dressed
from ui.controls.segments import Option, Segmented
from ui.controls.transport import Figures, bound
from ui.theme import theme_of

MODES: Final = ("flow_step", "flow", "flow_fixed")  #: the actions that say how points move


class FlowBar(Dressed):
    """The flow's clock and the training's pace, as buttons. Flow and training are two clocks, so they stand apart."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        options = [Option(key, actions[key].text(), actions[key].toolTip()) for key in MODES]
        self.modes = Segmented(options, "flow")
        self.modes.clicked.connect(lambda key: actions[key].trigger())
        self._release = bound(actions["release"], IconButton("spray", ""))
        self._clear = bound(actions["clear"], IconButton("trash", ""))
        self.pace = bound(actions["pace"], IconButton("clock", "", flat=True))
        self._words = {self._release: "Scatter noise", self._clear: "Clear"}
        self._moving = Figures("caption", "0,000 moving", soft=True)
        self._flow = (self.modes, self._release, self._clear, self._moving)
        self._row = QHBoxLayout(self)
        for widget in self._flow:
            self._row.addWidget(widget)
        self._row.addStretch(1)
        self._row.addWidget(self.pace)
        self._set_lengths()

    def show_mode(self, key: str) -> None:
        """Points move like this now."""
        self.modes.set_value(key)

    def show_moving(self, count: int) -> None:
        """So many points are on their way."""
        self._moving.show_text(f"{count:,} moving" if count else "")

    def show_pace(self, words: str) -> None:
        """Training runs this fast."""
        self.pace.setText(words)
        self.pace.updateGeometry()
        self._fit()

    def follow(self, panels: Sequence[Panel]) -> None:
        """The flow's buttons are here while a stage can be seen."""
        staged = any(isinstance(panel.probe, Stage) for panel in panels)
        for widget in self._flow:
            widget.setVisible(staged)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Other words, when the buttons have theirs."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            QTimer.singleShot(0, self, self._fit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is narrow, the icons speak for the buttons."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        for worded, counted in ((True, True), (True, False), (False, False)):  # words are longer in some languages
            for button, words in self._words.items():
                button.setText(words if worded else "")
                button.updateGeometry()
            self._moving.setVisible(counted and not self.modes.isHidden())
            self._row.invalidate()
            if self._row.sizeHint().width() <= self.width():
                break

    def _set_lengths(self) -> None:
        theme = theme_of(self)
        self._row.setContentsMargins(theme.px(10), theme.px(4), theme.px(10), theme.px(4))
        self._row.setSpacing(theme.px(8))
        self._fit()
