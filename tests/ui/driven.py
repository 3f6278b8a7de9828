# SPDX-License-Identifier: MIT
"""The app itself, for tests that drive it with a keyboard and a mouse from outside: it says on its output what it notices.

    python -m tests.ui.driven PROFILE

A line of JSON for each thing: {"deed": key}, {"chapter": key}, {"step": n}, {"event": name}, {"rests": step},
{"places": {name: [x, y]}} (of the screen), {"scrubbed": index},
{"command": name}, {"said": sentence}, {"card": whether the engine decodes under the cursor},
{"picked": number of an example, or null}, {"looked": true} after each look around.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtCore import QRect, QTimer
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QLineEdit, QMenu, QWidget

from engine.protocol.arguments import Window as Options
from engine.protocol.messages import Event, Paused
from engine.protocol.payloads import Images
from ui.launch import window_for
from ui.reel import Moment
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
        self._window, self._step, self._places, self._card = window, -1, "", False
        for deed, action in window.deeds._actions.items():
            action.triggered.connect(lambda *_, deed=deed: tell("deed", deed))
        window.lecture.opened.connect(lambda chapter: tell("chapter", chapter.key))
        window.player.troupe.reported.connect(self._reported)
        window.player.framed.connect(self._framed)
        window.picking.changed.connect(lambda example: tell("picked", example))
        window.desk.timeline.scrub.moved.connect(lambda index: tell("scrubbed", index))
        send = window.player.troupe.send
        window.player.troupe.send = lambda command: (tell("command", type(command).__name__), send(command))  # type: ignore[method-assign]

    def look(self) -> None:
        """Where the things are that a mouse may want, and what the banner says."""
        desk = self._window.desk
        things: dict[str, QWidget] = {
            "play": desk.bar.play, "projector": desk.bar._projector, "title": desk.bar.title, "scrub": desk.timeline.scrub,
            "back": desk.timeline._back, "branch": desk.timeline.branch,
            **{f"bar-{k}": button for k, button in enumerate(desk.bar.findChildren(type(desk.bar._undo)))},
            **{f"panel-{frame.place.key}": frame.view for frame in desk.panels.seen},
        }  # fmt: skip
        found = {name: middle(widget) for name, widget in (things | asked()).items() if widget.isVisible()} | self._entries()
        said = json.dumps([found, desk.banner.text if desk.banner.isVisible() else ""])
        if said != self._places:
            self._places = said
            tell("places", found)
            tell("said", desk.banner.text if desk.banner.isVisible() else "")
        tell("looked", True)

    def _entries(self) -> dict[str, list[int]]:
        """The titles of the menu bar, and the entries of the menu that is open."""
        bar, popup = self._window.menuBar(), QApplication.activePopupWidget()
        found = {f"menu-{action.text().strip('&')}": middle(bar, bar.actionGeometry(action)) for action in bar.actions()}
        if isinstance(popup, QMenu):
            entries = (action for action in popup.actions() if action.objectName())
            found |= {f"item-{action.objectName()}": middle(popup, popup.actionGeometry(action)) for action in entries}
        return found

    def _reported(self, event: Event) -> None:
        if isinstance(event, Paused):
            tell("rests", max(event.steps.values()))
        tell("event", type(event).__name__)

    def _framed(self, moment: Moment) -> None:
        step, layers = moment.lanes[0].step, [layer for picture in moment.pictures.values() for layer in picture.layers]
        card = any(isinstance(layer, Images) and layer.at is not None for layer in layers)
        if card != self._card:
            self._card = card
            tell("card", card)
        if step != self._step:
            self._step = step
            tell("step", step)


def asked() -> dict[str, QWidget]:
    """The dialog that asks for a file, its field and its button."""
    dialog = QApplication.activeModalWidget()
    if not isinstance(dialog, QFileDialog):
        return {}
    parts = {"dialog": dialog, "dialog-name": dialog.findChild(QLineEdit), "dialog-save": dialog.findChild(QDialogButtonBox)}
    found = {name: part for name, part in parts.items() if part is not None}
    buttons = found.pop("dialog-save", None)
    if isinstance(buttons, QDialogButtonBox):
        found["dialog-save"] = buttons.buttons()[0]
    return found


def middle(widget: QWidget, part: QRect | None = None) -> list[int]:
    """The middle of a widget, or of a part of it, on the screen."""
    at = widget.mapToGlobal((part or widget.rect()).center())
    return [at.x(), at.y()]


def tell(kind: str, value: object) -> None:
    """Write a line."""
    print(json.dumps({kind: value}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
