# SPDX-License-Identifier: MIT
"""What keeps the window alive for hours: garbage is collected on its own thread only, and an error becomes a sentence."""

from __future__ import annotations

import gc
import logging
import signal
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

COLLECT_MS: Final = 1000
LISTEN_MS: Final = 200
LIMITS: Final = (700, 10, 10)  #: Python's own thresholds

_log = logging.getLogger(__name__)


class Collector(QObject):
    """Collects garbage by a timer of the GUI thread: in any other thread a dropped widget could lock up or crash."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # modules and the window itself live as long as the process
        self._timer = QTimer(self)
        self._timer.setInterval(COLLECT_MS)
        self._timer.timeout.connect(self._collect)
        self._timer.start()

    def _collect(self) -> None:
        counts = gc.get_count()
        full = [generation for generation in (2, 1, 0) if counts[generation] > LIMITS[generation]]
        if full:
            gc.collect(full[0])


class Farewell(QObject):
    """Says `asked` when the system (SIGTERM) or the terminal (Ctrl-C) wants the app to end.

    Python runs its handlers only between two of its own steps, so a timer keeps them coming; the handler itself does
    next to nothing, for it may come at any time.
    """

    asked = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._came = False
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._come)
        self._timer = QTimer(self)
        self._timer.setInterval(LISTEN_MS)
        self._timer.timeout.connect(self._tell)
        self._timer.start()

    def _come(self, *_: object) -> None:
        self._came = True

    def _tell(self) -> None:
        if self._came:
            self._came = False
            self.asked.emit()


class Troubles:
    """Logs every exception that nobody caught and says the first of each kind; the window goes on."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._seen: dict[str, int] = {}
        sys.excepthook = self.caught
        threading.excepthook = lambda args: self._log(args.exc_type, args.exc_value, args.exc_traceback)

    @property
    def counts(self) -> dict[str, int]:
        """How often each error came, by its place."""
        return dict(self._seen)

    def caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Log it, and say it where it is new."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        if self._log(kind, error, trace):
            self._say(f"{kind.__name__}: {error}")

    def _log(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> bool:
        """Whether this one is new."""
        last = trace
        while last is not None and last.tb_next is not None:
            last = last.tb_next
        place = f"{kind.__name__} in {last.tb_frame.f_code.co_filename}:{last.tb_lineno}" if last else kind.__name__
        self._seen[place] = self._seen.get(place, 0) + 1
        new = self._seen[place] == 1
        if new:
            _log.error("nobody caught %s", place, exc_info=(kind, error, trace) if error is not None else None)
        return new
