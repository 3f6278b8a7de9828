# SPDX-License-Identifier: MIT
"""Plays by itself for a while and measures: `--play SECONDS --report FILE`."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from engine.protocol.console import CommandError
from engine.protocol.words import sentence
from ui.notices import NOTES
from ui.reel import Moment
from ui.window import Window

WARM_UP_S: Final = 1.0
PATIENCE_S: Final = 60.0  #: without a first live frame by then, something is wrong
HARMLESS: Final = frozenset({"probe_failed", "checkpoint_unwritten"})
_IMPORTED: Final = time.perf_counter()


class Meter(QObject):
    """Presses Play, counts painted engine frames and the gaps between ticks, and leaves.

    A frame counts when the window was painted with it; two frames that came between two paints are one.
    """

    def __init__(self, window: Window, seconds: float) -> None:
        super().__init__(window)
        self.window = self._window = window
        self._seconds = seconds
        self.trouble = ""  #: why nothing could be measured, as a sentence
        self._ticks: list[float] = []
        self._frames = 0
        self._news = False
        self._window_s = self._first_s = 0.0
        self._since: float | None = None  # when the warm-up was over
        self._steps = [0, 0]  # at the end of the warm-up, and now
        self._live = False
        self._report: dict[str, Any] = {"frames": 0}
        window.installEventFilter(self)
        window.player.ticked.connect(self._tick)
        window.player.framed.connect(self._framed)
        window.player.troupe.reported.connect(self._start_playing)
        window.player.noticed.connect(self._give_up)

    def run(self, app: QApplication) -> int:
        """Show the window, play until it closes; 0, or 1 where no live frame was ever painted."""
        self._window.show()
        patience = QTimer(self, singleShot=True, interval=round((PATIENCE_S + self._seconds) * 1000))
        patience.timeout.connect(self._end)
        patience.start()
        app.exec()
        return 0 if self._report["frames"] else 1

    def write(self, file: Path) -> None:
        """Write the report. Raises CommandError where that cannot be."""
        try:
            file.write_text(json.dumps(self._report, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{file}: cannot be written: {error.strerror}") from None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note when the window is painted: Qt asks the window itself to update what is dirty."""
        if event.type() == QEvent.Type.UpdateRequest:
            QTimer.singleShot(0, self, self._painted)
        return False

    def _start_playing(self, event: object) -> None:
        if type(event).__name__ == "Built" and not self._live:
            self._window.player.troupe.play()

    def _give_up(self, kind: str, values: Mapping[str, Any]) -> None:
        """Before the first live frame trouble is the end of it: nobody is here to mend it."""
        if not self._live and kind not in NOTES | HARMLESS:
            self.trouble = sentence(kind, values)
            QTimer.singleShot(0, self, self._end)

    def _framed(self, moment: Moment) -> None:
        self._news = True
        self._steps[1] = sum(lane.step for lane in moment.lanes)
        if moment.training and not self._live:
            self._live = True
            QTimer.singleShot(round(WARM_UP_S * 1000), self, self._begin)
            QTimer.singleShot(round(self._seconds * 1000), self, self._end)

    def _begin(self) -> None:
        self._since, self._frames, self._ticks = time.perf_counter(), 0, []
        self._steps[0] = self._steps[1]

    def _end(self) -> None:
        """Measure, and leave: the window closes, and its engine with it."""
        self._report = self._figures()
        self._window.close()

    def _tick(self, news: bool) -> None:
        self._ticks.append(time.perf_counter())

    def _painted(self) -> None:
        self._window_s = self._window_s or age_s()
        if self._news:
            self._news = False
            self._frames += 1
            self._first_s = self._first_s or age_s()

    def _figures(self) -> dict[str, Any]:
        player = self._window.player
        seconds = time.perf_counter() - self._since if self._since is not None else 0.0
        gaps = np.diff(self._ticks) * 1000 if len(self._ticks) > 1 else np.zeros(1)
        hello, size, away = player.troupe.hello, self._window.size(), player.troupe.round_s
        return {
            "chapter": player.session.key, "threads": hello.threads if hello else 0, "device": hello.device if hello else "",
            "size": [size.width(), size.height()], "steps": self._steps[1],
            "steps_per_s": _rate(self._steps[1] - self._steps[0], seconds),
            "frames": self._frames, "frames_per_s": _rate(self._frames, seconds),
            "ticks_per_s": _rate(len(self._ticks), seconds), "round_ms": None if away is None else round(1000 * away, 1),
            "gap_ms": {"p50": _ms(gaps, 50), "p99": _ms(gaps, 99), "max": round(float(gaps.max()), 2)},
            "window_s": round(self._window_s, 3), "first_frame_s": round(self._first_s, 3),
            "rss_mb": {"ui": rss_mb(os.getpid()), "engine": rss_mb(hello.pid) if hello and away is None else None},
            "engine_deaths": player.troupe.deaths,
        }  # fmt: skip


def age_s() -> float:
    """Seconds since this process began; where the system does not tell, since this module was imported."""
    try:
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError):  # only Linux has these
        return time.perf_counter() - _IMPORTED


def rss_mb(pid: int) -> float | None:
    """Resident memory of a process in MB (2²⁰ bytes); None where the system does not tell or the process is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


def _rate(count: int, seconds: float) -> float:
    return round(count / seconds, 2) if seconds > 0 else 0.0


def _ms(gaps: np.ndarray, percentile: float) -> float:
    return round(float(np.percentile(gaps, percentile)), 2)
