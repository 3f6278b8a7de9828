# SPDX-License-Identifier: MIT
"""The child that runs a sweep: started, watched by its table, stopped. What it has finished is on disk, whatever happens."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from engine.protocol.places import own_command
from engine.protocol.sweeping.declared import SweepError
from engine.protocol.sweeping.table import TABLE, Result, results

LOOK_MS: Final = 400  #: between two looks at the table
GRACE_MS: Final = 5000  #: for its engines to end


class Running(QObject):
    """One sweep's table, and the process that adds to it while it runs."""

    grown = Signal(object)  #: {key: Result}, all there are
    ended = Signal(str)  #: why it ended before its end, a sentence; “” where it is done or was stopped

    def __init__(self, file: Path, out: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._file, self._out = file, out
        self.done: dict[str, Result] = {}
        self._seen = (-1, -1)
        self._began, self._before = 0.0, 0
        self._stopping = False
        self._process = QProcess(self)
        self._process.finished.connect(self._finish)
        self._process.errorOccurred.connect(self._fail)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._grace = QTimer(self)  # of one stop; it must not reach the process of the next start
        self._grace.setSingleShot(True)
        self._grace.timeout.connect(self._process.kill)

    @property
    def busy(self) -> bool:
        """Whether the process lives."""
        return self._process.state() is not QProcess.ProcessState.NotRunning

    def start(self) -> None:
        """Run what is missing."""
        if self.busy:
            return
        self.look()
        self._stopping, self._began, self._before = False, time.monotonic(), len(self.done)
        command = [*own_command(), "sweep", str(self._file), "--out", str(self._out)]
        self._process.start(command[0], command[1:])
        self._timer.start()

    def stop(self) -> None:
        """Ask the process to end; it takes its engines with it."""
        self._stopping = True
        self._process.terminate()
        self._grace.start(GRACE_MS)

    def close(self) -> None:
        """End it now, within a bounded time."""
        self._timer.stop()
        if self.busy:
            self._stopping = True
            self._process.terminate()
            if not self._process.waitForFinished(GRACE_MS):
                self._process.kill()
                self._process.waitForFinished(1000)

    def left_s(self, total: int) -> float | None:
        """Seconds that the rest takes if it goes on as so far; None while nobody knows."""
        ours = len(self.done) - self._before
        return (time.monotonic() - self._began) / ours * (total - len(self.done)) if self.busy and ours else None

    def look(self) -> None:
        """Read the table where it has changed."""
        table = self._out / TABLE
        try:
            stat = table.stat() if table.exists() else None
            seen = (stat.st_size, stat.st_mtime_ns) if stat else (0, 0)
            if seen == self._seen:
                return
            self._seen, self.done = seen, results(table)
        except (OSError, SweepError) as error:
            self._timer.stop()
            self.ended.emit(str(error))
            return
        self.grown.emit(self.done)

    def _finish(self, code: int, status: QProcess.ExitStatus) -> None:
        self._timer.stop()
        self._grace.stop()
        self.look()
        said = bytes(self._process.readAllStandardError().data()).decode(errors="replace").strip().splitlines()
        last = said[-1].removeprefix("attractor: ") if said else "the sweep ended without a word"
        self.ended.emit("" if self._stopping or code == 0 else last)

    def _fail(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._timer.stop()
            self.ended.emit("The sweep could not be started.")
