# SPDX-License-Identifier: MIT
"""The very first start: the first chapter plays by itself for five seconds, once, unless somebody does something first."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from engine.protocol.messages import Built, Event
from ui.appearance import Memory
from ui.hands import Hands
from ui.player import Player

SECONDS: Final = 5.0
_HANDS: Final = (QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress, QEvent.Type.TouchBegin, QEvent.Type.TabletPress)


class Greeting(QObject):
    """Plays, lets points go, and pauses. A click or a key ends it at once, and leaves everything to the person."""

    def __init__(self, window: QWidget, player: Player, hands: Hands, memory: Memory, seconds: float = SECONDS) -> None:
        super().__init__(window)
        self._player, self._hands, self._seconds = player, hands, seconds
        self._done = memory.text("greeted", ("no", "yes")) == "yes"
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._end)
        if not self._done:
            memory.keep("greeted", "yes")
            player.troupe.reported.connect(self._hear)
            QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Whoever does something wants no preview any more."""
        if event.type() in _HANDS:
            self._leave()
        return False

    def _hear(self, event: Event) -> None:
        if isinstance(event, Built) and not self._done:
            self._done = True
            self._player.troupe.play()
            self._hands.release()
            self._timer.start(round(1000 * self._seconds))

    def _end(self) -> None:
        self._leave()
        self._player.troupe.pause()

    def _leave(self) -> None:
        self._done = True
        self._timer.stop()
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
