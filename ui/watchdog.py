# SPDX-License-Identifier: MIT
"""Who watches whether engine and window still move: ten seconds of silence are said, and the stacks go to the log."""

from __future__ import annotations

import contextlib
import faulthandler
from pathlib import Path
from typing import IO, Final

from PySide6.QtCore import QObject, QTimer, Signal

from engine.protocol.link import rotate
from ui.troupe import Troupe

BEAT_MS: Final = 1000
PATIENCE: Final = 10  #: beats in which an engine that owes an answer may be silent
START_UP: Final = 4  #: times as long until its hello: the libraries may come from a slow disk
LOG: Final = "stacks.log"


class Watchdog(QObject):
    """Counts its own beats, not the clock: a computer that slept has not waited."""

    silent = Signal(int)  #: the engine owes an answer and has said nothing for so many seconds
    spoke = Signal()  #: it has said something after all

    def __init__(self, troupe: Troupe, patience: int = PATIENCE) -> None:
        super().__init__(troupe)
        self.beats = 0  #: of the silence so far
        self._troupe, self._patience = troupe, patience
        self._heard = 0
        self._stacks: Stacks | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self.beat)
        self._timer.start()

    def log_to(self, folder: Path) -> None:
        """Keep the stacks of crashes and silences in a folder. Raises OSError."""
        self._stacks = Stacks(folder)

    def beat(self) -> None:
        """A second has passed in which this thread was alive."""
        if self._stacks is not None:
            self._stacks.beat()
        heard, self._heard = self._heard, self._troupe.heard
        if self._heard != heard or not self._troupe.owing:
            if self.beats >= self._patience:
                self.spoke.emit()  # to whoever was told
            self.beats = 0
            return
        self.beats += 1
        if self.beats == self._patience * (1 if self._troupe.up else START_UP):
            if self._stacks is not None:
                self._stacks.write()
            self.silent.emit(self.beats * BEAT_MS // 1000)


class Stacks:
    """A file for the stacks of all threads of this process: at a crash, when its window hangs, and when asked.

    The engine keeps such a vigil of its own and writes to its own log, so that it works over ssh, too.
    """

    def __init__(self, folder: Path) -> None:
        self._file: IO[str] = (folder / LOG).open("a", encoding="utf-8")
        self._others = folder / "engine.log"
        faulthandler.enable(self._file)

    def beat(self) -> None:
        """The event loop has come round; where it does not for ten beats, its stacks are written."""
        faulthandler.dump_traceback_later(PATIENCE * BEAT_MS / 1000, file=self._file)
        rotate(self._others)

    def write(self) -> None:
        """Write the stacks as they are now."""
        with contextlib.suppress(OSError, ValueError):
            faulthandler.dump_traceback(self._file)
            self._file.flush()
