# SPDX-License-Identifier: MIT
"""No screen saver and no sleep while projecting, by each system's own way; where it has none, the log says so."""

from __future__ import annotations

import ctypes
import logging
import os
import sys
from typing import Final, Protocol

from PySide6.QtCore import QObject, QProcess
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

DISPLAY: Final = 0x8000_0000 | 0x1 | 0x2  #: Windows: from now on, neither the system nor the display sleeps
NOTHING: Final = 0x8000_0000  #: Windows: as before
WHY: Final = ("Attractor", "a lecture is being projected")

_log = logging.getLogger(__name__)


class Keeper(Protocol):
    """One system's way."""

    def hold(self) -> None:
        """Keep the screen on from now on."""

    def free(self) -> None:
        """Let it sleep again."""


class Awake(QObject):
    """Keeps the screen on while `keep(True)` holds. Whatever happens, the end of the process sets it free."""

    def __init__(self, parent: QObject, keeper: Keeper | None = None) -> None:
        super().__init__(parent)
        self._keeper = keeper if keeper is not None else _of_this_system(self)
        self.kept = False

    def keep(self, on: bool) -> None:
        """Keep the screen on, or let it sleep again; the same twice is once."""
        if on == self.kept:
            return
        self.kept = on
        if self._keeper is None:
            _log.info("this system offers no way to keep the screen on")
            return
        (self._keeper.hold if on else self._keeper.free)()


class _Bus:
    """Linux: the desktop's screen saver on the session bus. Asked without waiting; a desktop without one answers an error."""

    def __init__(self, parent: QObject) -> None:
        self._parent, self._bus = parent, QDBusConnection.sessionBus()
        self._cookie: int | None = None

    def hold(self) -> None:
        if not self._bus.isConnected():
            _log.info("there is no session bus; the screen may go to sleep")
            return
        watcher = QDBusPendingCallWatcher(self._bus.asyncCall(self._message("Inhibit", [*WHY])), self._parent)
        watcher.finished.connect(self._answered)

    def free(self) -> None:
        if self._cookie is not None:
            self._bus.asyncCall(self._message("UnInhibit", [self._cookie]))
            self._cookie = None

    def _message(self, name: str, values: list[object]) -> QDBusMessage:
        place = ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver")
        message = QDBusMessage.createMethodCall(*place, name)
        message.setArguments(values)
        return message

    def _answered(self, watcher: QDBusPendingCallWatcher) -> None:
        reply = watcher.reply()
        values = reply.arguments()
        if reply.errorName() or not values or not isinstance(values[0], int):
            _log.info("the desktop does not keep the screen on: %s", reply.errorMessage())
        else:
            self._cookie = values[0]


class _Caffeine:
    """macOS: its own program, which ends with this process."""

    def __init__(self, parent: QObject) -> None:
        self._process = QProcess(parent)

    def hold(self) -> None:
        self._process.start("/usr/bin/caffeinate", ["-d", "-w", str(os.getpid())])

    def free(self) -> None:
        self._process.terminate()


class _Windows:
    """Windows: a state of this thread."""

    def hold(self) -> None:
        _execution_state(DISPLAY)

    def free(self) -> None:
        _execution_state(NOTHING)


def _execution_state(state: int) -> None:
    if sys.platform == "win32":
        ctypes.windll.kernel32.SetThreadExecutionState(ctypes.c_uint(state))


def _of_this_system(parent: QObject) -> Keeper | None:
    if sys.platform == "win32":
        return _Windows()
    if sys.platform == "darwin":
        return _Caffeine(parent)
    return _Bus(parent) if sys.platform.startswith("linux") else None
