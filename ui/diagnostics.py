# SPDX-License-Identifier: MIT
"""What somebody needs who shall help: versions, devices, the experiment, the last words of all logs; as one text."""

from __future__ import annotations

import os
import platform
import sys
from collections import deque
from pathlib import Path
from typing import Final

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from engine.protocol.recipe.experiment import encode
from engine.protocol.version import APP
from ui.player import Player

LOGS: Final = ("window.log", "engine.log", "stacks.log")
LINES: Final = 60  #: of each log


def diagnostics(player: Player) -> str:
    """The text; the name of the user's own folder is left out of it."""
    hello, state = player.troupe.hello, player.session.state
    engine = f"torch {hello.torch}, {hello.device}, {hello.threads} threads, pid {hello.pid}" if hello else "none yet"
    moment = player.reel.now(state.run_id)
    lines = [
        f"Attractor {APP}, Python {platform.python_version()}, Qt {qVersion()} ({QGuiApplication.platformName()})",
        f"{platform.platform()}, {os.cpu_count()} cores, frozen {getattr(sys, 'frozen', False)}",
        f"Engine: {engine}; deaths {player.troupe.deaths}, playing {player.troupe.playing}",
        f"Line to the engine and back: {'near' if (away := player.troupe.round_s) is None else f'{1000 * away:.0f} ms'}",
        f"Steps: {', '.join(f'{lane.name} {lane.step}' for lane in moment.lanes) if moment else 'none'}",
        f"Experiment: {encode(state.experiment).decode()}",
    ]
    if player.folder is not None:
        lines += [f"Logs: {player.folder}", *(part for name in LOGS for part in _tail(player.folder / name))]
    return "\n".join(lines).replace(str(Path.home()), "~")


def _tail(log: Path) -> list[str]:
    try:
        with log.open(encoding="utf-8", errors="replace") as stream:
            return [f"---- {log.name}", *(line.rstrip("\n") for line in deque(stream, LINES))]
    except OSError as error:
        return [f"---- {log.name}: {error.strerror}"]
