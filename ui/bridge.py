# SPDX-License-Identifier: MIT
"""The bridge: the one QThread. It owns the link to the engine process and reads; it computes nothing and asks nothing."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QThread, Signal

from engine.protocol.link import Ending, Link, LinkError
from engine.protocol.messages import Command, Credit, Frame, Hello

ASKED_MS: Final = 1800  #: how long an engine may take to write its last checkpoint and leave
KILLED_MS: Final = 900
MOST_FRAMES: Final = 8


class EngineThread(QThread):
    """Starts the engine, reads frames and events until it ends, and says how it ended.

    Commands sent before the engine is up wait for it. Frames wait in a slot (two at most, by the credits) until `take`.
    """

    reported = Signal(object)  #: every event, in order
    frame_ready = Signal()
    ended = Signal(object)  #: an Ending; the thread is then about to finish

    def __init__(self, argv: Sequence[str], log: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._argv = list(argv)
        self._log = log
        self._lock = threading.Lock()  # guards what follows; held for a moment only
        self._process: Link | None = None  # from the first moment of the engine's life
        self._link: Link | None = None  # from its hello on
        self._waiting: list[Command] = []
        self._frames: deque[Frame] = deque(maxlen=MOST_FRAMES)
        self._stopping = False

    def send(self, command: Command) -> None:
        """Send a command; from any thread, never blocks."""
        with self._lock:
            if self._link is None:
                self._waiting.append(command)
                return
            link = self._link
        link.send(command)

    @property
    def round_s(self) -> float | None:
        """Seconds to an engine elsewhere and back; None where it is here, or not known yet."""
        with self._lock:
            return self._link.round_s if self._link is not None else None

    def take(self) -> list[Frame]:
        """The frames that came since the last call, oldest first (two at most); each gives its credit back."""
        with self._lock:
            frames = list(self._frames)
            self._frames.clear()
        if frames:
            self.send(Credit(frames=len(frames)))
        return frames

    def kill(self) -> None:
        """End a hanging engine at once; `ended` follows."""
        with self._lock:
            process = self._process
        if process is not None:
            process.kill()

    def stop(self) -> None:
        """End engine and thread in order, within a bounded time. An engine that has said nothing yet has nothing to save."""
        with self._lock:
            self._stopping = True
            link, process = self._link, self._process
        if link is not None:
            link.close()
        elif process is not None:
            process.kill()
        if not self.wait(ASKED_MS):
            self.kill()  # it hangs, or was stopped; its last checkpoint is two seconds old
            self.wait(KILLED_MS)

    def run(self) -> None:
        """The thread's life: start, shake hands, read to the end."""
        try:
            link = Link(self._argv, self._log)
        except LinkError as error:
            self.ended.emit(Ending(None, False, str(error)))
            return
        with self._lock:
            self._process = link
            if self._stopping:
                link.kill()
        trouble = self._converse(link)
        ending = link.end()
        with self._lock:
            self._link = self._process = None
        words = ending.words if trouble is None else str(trouble) or type(trouble).__name__
        self.ended.emit(Ending(ending.code, ending.asked, words, trouble))

    def _converse(self, link: Link) -> Exception | None:
        """Read until the stream ends; returns what went wrong, if anything did."""
        try:
            self._open(link, link.shake_hands())
            while (report := link.read()) is not None:
                if isinstance(report, Frame):
                    with self._lock:
                        self._frames.append(report)  # of an engine that heeds no credits only the newest stay
                    self.frame_ready.emit()
                else:
                    self.reported.emit(report)
        except Exception as error:  # whatever the other side sends, this thread says how it ended
            link.kill()
            return error
        return None

    def _open(self, link: Link, hello: Hello) -> None:
        self.reported.emit(hello)
        with self._lock:
            self._link = link
            for command in self._waiting:
                link.send(command)
            self._waiting.clear()
            if self._stopping:
                link.close()
