# SPDX-License-Identifier: MIT
"""The second screen: the panels alone, large, on the other display, while recipe, text and keys stay on the laptop."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QScreen, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.arrangement import Arrangement
from ui.controls.labels import Label
from ui.theme import Theme, apply, theme, theme_of


class Mirror(QWidget):
    """A window of its own with the same panels, in the projector's theme. The engine measures nothing twice for it."""

    closed = Signal()

    def __init__(self, panels: Arrangement, name: Theme) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.panels = Arrangement(self)
        self._title = Label("", "title")
        self._panels = panels
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self._title)
        box.addWidget(self.panels, 1)
        self.setWindowTitle("Attractor")
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.dress(name)
        panels.arranged.connect(self.panels.show_places)
        panels.moved.connect(self.panels.show_moment)
        panels.picked.connect(self.panels.picked)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self).activated.connect(self.close)

    def show_title(self, title: str) -> None:
        """Which chapter this is."""
        self._title.setText(title)

    def dress(self, found: Theme) -> None:
        """The projector's variant of a theme."""
        apply(self, theme(found.name, projector=True))
        gap = theme_of(self).px(10)
        self._title.setContentsMargins(gap, gap, gap, gap)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say that it is gone."""
        super().closeEvent(event)
        self.closed.emit()


class SecondScreen(QObject):
    """Opens the mirror on the display where the window is not; with one display only, as a window that can be moved."""

    closed = Signal()

    def __init__(self, window: QWidget, panels: Arrangement) -> None:
        super().__init__(window)
        self._window, self._panels = window, panels
        self.mirror: Mirror | None = None
        window.installEventFilter(self)

    def show(self, shown: bool, title: str = "") -> None:
        """Open it, or close it."""
        if shown and self.mirror is None:
            self.mirror = Mirror(self._panels, theme_of(self._window))
            self.mirror.closed.connect(self._forget)
            self.mirror.show_title(title)
            self.mirror.panels.show_places(self._panels.places)
            other = other_screen(self._window.screen())
            if other is not None:
                self.mirror.setGeometry(other.geometry())
                self.mirror.showFullScreen()
            else:
                self.mirror.resize(1024, 768)
                self.mirror.show()
        elif not shown and self.mirror is not None:
            self.mirror.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """It does not outlive the window."""
        if event.type() == QEvent.Type.Close and self.mirror is not None:
            self.mirror.close()
        return False

    def _forget(self) -> None:
        if self.mirror is not None:
            self.mirror.deleteLater()
            self.mirror = None
            self.closed.emit()


def other_screen(here: QScreen) -> QScreen | None:
    """The first display that is not this one; None where there is no other."""
    return next((screen for screen in QGuiApplication.screens() if screen is not here), None)
