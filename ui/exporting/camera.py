# SPDX-License-Identifier: MIT
"""Films a widget as it lives: a picture is taken when its time has come, and a thread writes what was taken."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Full, Queue
from typing import Final

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from ui.exporting.film import pixels_of, write_film
from ui.exporting.pictures import image_of
from ui.runfile import RunFileError

WAITING: Final = 4  #: pictures that may wait to be written; until there is room, none is taken
RETRY_MS: Final = 20


class Camera(QObject):
    """Takes `count` pictures of a widget, `fps` a second or as fast as they can be written; then says how it ended.

    The film always has as many pictures as were asked for; where the machine is too slow, it shows a longer time in less.
    """

    progressed = Signal(int, int)  #: pictures taken, of
    ended = Signal(str)  #: “” when the film is there, else why there is none

    def __init__(self, widget: QWidget, file: Path, count: int, fps: float, parent: QObject) -> None:
        super().__init__(parent)
        self._widget, self._count, self._taken = widget, count, 0
        self._size = widget.size()  # a film keeps its size, whatever happens to the window
        self._stopped = False
        self._frames: Queue[np.ndarray | None] = Queue(WAITING)
        self._outcome: str | None = None
        self._writer = threading.Thread(target=self._write, args=(file, fps), name="film", daemon=True)
        self._writer.start()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._timer.start(max(1, round(1000 / fps)))

    def stop(self) -> None:
        """Give it up: no file remains."""
        self._stopped = True
        self._timer.start(RETRY_MS)

    def _tick(self) -> None:
        if not self._writer.is_alive():
            self._timer.stop()
            self.ended.emit(self._outcome or "")
        elif self._stopped or self._taken == self._count:
            self._offer(None)
        elif not self._frames.full():
            picture = image_of(self._widget)
            picture = picture if self._widget.size() == self._size else picture.scaled(self._size)
            self._offer(pixels_of(picture))
            self._taken += 1
            self.progressed.emit(self._taken, self._count)

    def _offer(self, frame: np.ndarray | None) -> None:
        try:
            self._frames.put_nowait(frame)
        except Full:
            return  # the end of the film comes once more with the next tick

    def _write(self, file: Path, fps: float) -> None:
        """The writer's life."""
        try:
            if not write_film(self._pictures(), fps, file, lambda _: not self._stopped):
                self._outcome = "stopped"
        except RunFileError as error:
            self._outcome = str(error)
        except (OSError, ValueError, RuntimeError, MemoryError) as error:  # a codec has many ways to fail
            self._outcome = f"the film could not be written: {error}"

    def _pictures(self) -> Iterator[np.ndarray]:
        number = 0
        while (frame := self._frames.get()) is not None:
            yield frame
            number += 1
            if number == self._count:
                return
