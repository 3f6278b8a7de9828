# SPDX-License-Identifier: MIT
"""The head of a panel: its title, a note, and its buttons, which show while the pointer is on the panel."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from ui.controls.buttons import IconButton
from ui.controls.dressed import Dressed
from ui.controls.labels import ElidedLabel, PartsLabel
from ui.theme import theme_of


class PanelHead(Dressed):
    """One line. `settings` shows only where the panel has some."""

    dropped = Signal(QPoint)  #: where on the screen it was let go after a drag

    def __init__(self, title: str, help: str, has_settings: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = ElidedLabel(title, "strong")
        self.title.setToolTip(help)
        self.title.setMinimumWidth(1)  # a hand over a narrow stage wants the buttons
        self.note = PartsLabel("", "caption", "faint")
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.settings = IconButton("settings", "Settings of this panel", flat=True)
        self.menu = IconButton("more", "What one can do with this panel", flat=True)
        self.enlarge = IconButton("maximize", "Make this panel large (double click)", flat=True)
        self.waiting = IconButton("layers", "Show the panels that found no room here", "+1", flat=True)
        self._has_settings, self._offered = has_settings, False
        self._pressed: QPointF | None = None
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.title)
        self._row.addWidget(self.note, 1)
        self._buttons = QHBoxLayout()
        for button in (self.settings, self.menu, self.enlarge, self.waiting):
            self._buttons.addWidget(button)
        self._row.addLayout(self._buttons)
        self.show_buttons(False)
        self._set_lengths()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Perhaps a drag begins."""
        self._pressed = event.position() if event.button() == Qt.MouseButton.LeftButton else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A drag shows itself by a closed hand."""
        if self._pressed is not None and self._away(event) >= QApplication.startDragDistance():
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go: the panel wants to stand there."""
        if self._pressed is not None and self._away(event) >= QApplication.startDragDistance():
            self.dropped.emit(event.globalPosition().toPoint())
        self._pressed = None
        self.unsetCursor()

    def _away(self, event: QMouseEvent) -> float:
        return (event.position() - (self._pressed or event.position())).manhattanLength()

    def show_buttons(self, shown: bool) -> None:
        """Offer the buttons in place of the note."""
        self._offered = shown
        self.note.setHidden(shown or not self.note.text())  # an empty one would take room from the title
        self.menu.setVisible(shown)
        self.enlarge.setVisible(shown)
        self.settings.setVisible(shown and self._has_settings)

    def show_note(self, note: str) -> None:
        """What stands beside the title."""
        if note != self.note.text():
            self.note.setText(note)
            self.note.setHidden(self._offered or not note)

    def show_large(self, large: bool) -> None:
        """Whether its panel is the only one to be seen."""
        self.enlarge.set_icon_name("restore" if large else "maximize")
        self.enlarge.set_hint("Back among the others (Esc)" if large else "Make this panel large (double click)")

    def show_waiting(self, count: int) -> None:
        """Say that so many panels found no room beside this one."""
        self.waiting.setText(f"+{count}")
        self.waiting.updateGeometry()
        self.waiting.setVisible(count > 0)

    def _set_lengths(self) -> None:
        theme = theme_of(self)
        self._row.setContentsMargins(theme.px(12), theme.px(4), theme.px(6), theme.px(2))
        self._row.setSpacing(theme.px(8))
        self._buttons.setSpacing(theme.px(2))  # side by side over a narrow stage, too
        self.setFixedHeight(theme.px(36))
