# SPDX-License-Identifier: MIT
"""Theme and projector mode of the application, and what the window remembers between two starts."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal
from PySide6.QtWidgets import QApplication

from ui.theme import Theme, ThemeName, apply, theme

FILE: Final = "window.ini"


class Memory:
    """A settings file in the profile. Qt answers with whatever stands in a broken file, so every value is checked."""

    def __init__(self, folder: Path) -> None:
        self._settings = QSettings(str(folder / FILE), QSettings.Format.IniFormat)

    def text(self, key: str, allowed: tuple[str, ...]) -> str:
        """The text under a key; the first of the allowed ones where there is none or another."""
        value = self._settings.value(key)
        return value if isinstance(value, str) and value in allowed else allowed[0]

    def data(self, key: str) -> QByteArray:
        """The bytes under a key; empty where there are none."""
        value = self._settings.value(key)
        return value if isinstance(value, QByteArray) else QByteArray()

    def keep(self, key: str, value: str | QByteArray) -> None:
        """Remember a value. A folder that cannot be written costs nothing but the memory."""
        self._settings.setValue(key, value)


class Appearance(QObject):
    """The one place that changes the theme."""

    changed = Signal(object)  #: the Theme

    def __init__(self, app: QApplication, memory: Memory, projecting: bool = False) -> None:
        super().__init__(app)
        self.app, self._memory = app, memory
        self._name: ThemeName = "light" if memory.text("theme", ("dark", "light")) == "light" else "dark"
        self._projecting = projecting
        apply(app, self.theme)

    @property
    def theme(self) -> Theme:
        """The theme that holds now."""
        return theme(self._name, projector=self._projecting)

    def toggle_theme(self) -> None:
        """Dark to light, light to dark."""
        self._name = "light" if self._name == "dark" else "dark"
        self._memory.keep("theme", self._name)
        self._apply()

    def set_projecting(self, projecting: bool) -> None:
        """Large and strong for the lecture hall, or back."""
        if projecting != self._projecting:
            self._projecting = projecting
            self._apply()

    def _apply(self) -> None:
        apply(self.app, self.theme)
        self.changed.emit(self.theme)
