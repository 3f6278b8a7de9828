# SPDX-License-Identifier: MIT
"""The app itself, for tests that drive it with a keyboard and a mouse from outside: it says on its output what it notices.

    python -m tests.ui.driven PROFILE

A line of JSON for each thing: {"deed": key}, {"chapter": key}, {"step": n}, {"event": name}, {"places": {name: [x, y]}} (of the
screen), {"scrubbed": index}, {"command": name}, {"said": sentence}.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from engine.protocol.arguments import Window as Options
from ui.launch import window_for
from ui.window import Window

LOOK_MS = 300


def main() -> int:
    """Open the window, and tell."""
    app = QApplication(["attractor"])
    window = window_for(Options(chapter="where", size=(1280, 800), threads=1), app, Path(sys.argv[1]))
    teller = Teller(window)
    window.show()
    timer = QTimer(window)
    timer.timeout.connect(teller.look)
    timer.start(LOOK_MS)
    return app.exec()


class Teller:
    """Listens to a window, and writes."""

    def __init__(self, window: Window) -> None:
        self._window, self._step, self._places = window, -1, ""
        for deed, action in window.deeds._actions.items():
            action.triggered.connect(lambda *_, deed=deed: tell("deed", deed))
        window.lecture.opened.connect(lambda chapter: tell("chapter", chapter.key))
        window.player.troupe.reported.connect(lambda event: tell("event", type(event).__name__))
        window.player.framed.connect(self._framed)
        window.desk.timeline.scrub.moved.connect(lambda index: tell("scrubbed", index))
        send = window.player.troupe.send
        window.player.troupe.send = lambda command: (tell("command", type(command).__name__), send(command))  # type: ignore[method-assign]

    def look(self) -> None:
        """Where the things are that a mouse may want, and what the banner says."""
        desk, dialog = self._window.desk, QApplication.activeModalWidget()
        things: dict[str, QWidget] = {
            "play": desk.bar.play, "projector": desk.bar._projector, "title": desk.bar.title, "scrub": desk.timeline.scrub,
            **{f"bar-{k}": button for k, button in enumerate(desk.bar.findChildren(type(desk.bar._undo)))},
            **{f"panel-{frame.place.key}": frame.view for frame in desk.panels.seen},
        }  # fmt: skip
        if dialog is not None:
            things["dialog"] = dialog
        found = {name: middle(widget) for name, widget in things.items() if widget.isVisible()}
        said = json.dumps([found, desk.banner.text if desk.banner.isVisible() else ""])
        if said != self._places:
            self._places = said
            tell("places", found)
            tell("said", desk.banner.text if desk.banner.isVisible() else "")

    def _framed(self, moment: object) -> None:
        step = moment.lanes[0].step  # type: ignore[attr-defined]
        if step != self._step:
            self._step = step
            tell("step", step)


def middle(widget: QWidget) -> list[int]:
    """The middle of a widget on the screen."""
    at = widget.mapToGlobal(QPoint(widget.width() // 2, widget.height() // 2))
    return [at.x(), at.y()]


def tell(kind: str, value: object) -> None:
    """Write a line."""
    print(json.dumps({kind: value}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
