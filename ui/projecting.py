# SPDX-License-Identifier: MIT
"""In front of a class: projector mode, the second screen, and a display that does not go to sleep meanwhile."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow

from engine.protocol.chapter import Chapter
from ui.actions import Actions
from ui.appearance import Appearance
from ui.arrangement import Arrangement
from ui.awake import Awake
from ui.mirror import SecondScreen
from ui.theme import Theme


class Projecting(QObject):
    """Follows the two actions."""

    def __init__(self, window: QMainWindow, deeds: Actions, appearance: Appearance, panels: Arrangement) -> None:
        super().__init__(window)
        self._window, self._deeds, self._appearance = window, deeds, appearance
        self.second, self.awake = SecondScreen(window, panels), Awake(self)
        self.second.closed.connect(lambda: deeds["second"].setChecked(False))
        deeds["projector"].triggered.connect(self._fill)
        deeds["projector"].toggled.connect(self._project)
        deeds["second"].toggled.connect(self._double)
        appearance.changed.connect(self._dress)

    def show_chapter(self, chapter: Chapter) -> None:
        """Its title stands on the second screen, too."""
        if self.second.mirror is not None:
            self.second.mirror.show_title(chapter.title)

    def _fill(self) -> None:
        (self._window.showFullScreen if self._deeds["projector"].isChecked() else self._window.showNormal)()

    def _project(self, on: bool) -> None:
        self._appearance.set_projecting(on)
        self._stay_awake()

    def _double(self, on: bool) -> None:
        self.second.show(on, self._window.windowTitle().removesuffix(" – Attractor"))
        self._stay_awake()

    def _stay_awake(self) -> None:
        self.awake.keep(self._deeds["projector"].isChecked() or self._deeds["second"].isChecked())

    def _dress(self, theme: Theme) -> None:
        if self.second.mirror is not None:
            self.second.mirror.dress(theme)
