# SPDX-License-Identifier: MIT
"""Painting one's own data: a pad, brush and eraser, undo; what was painted becomes the data of the experiment."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.protocol.recipe.data.painted import MOST, Painted
from engine.protocol.recipe.editing import RecipeError
from engine.protocol.recipe.experiment import Experiment
from ui.controls.buttons import IconButton
from ui.controls.form import Form
from ui.controls.labels import Label
from ui.controls.paintpad import EXTENT, PaintPad
from ui.controls.segments import Option, Segmented
from ui.importing.importer import on_data
from ui.language import say
from ui.player import Player
from ui.theme import theme_of

FEWEST: Final = 8  #: fewer points teach nothing
TOOLS: Final = (Option("brush", "Brush", "Spray points"), Option("eraser", "Eraser", "Take points away"))


class PaintDialog(QDialog):
    """The pad and its tools. Nothing is trained before `chosen`."""

    chosen = Signal(object)  #: (n, 2)

    def __init__(self, points: np.ndarray, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Paint data"))
        self.pad = PaintPad(points)
        self.tools = Segmented(TOOLS, "brush")
        self.tools.chosen.connect(self._choose)
        self.undo = IconButton("undo", "Take the last stroke back (Ctrl+Z)", flat=True)
        self.redo = IconButton("redo", "Do the stroke again (Ctrl+Shift+Z)", flat=True)
        self.wipe = IconButton("trash", "Take all points away", flat=True)
        for button, deed in ((self.undo, self.pad.undo), (self.redo, self.pad.redo), (self.wipe, self.pad.wipe)):
            button.clicked.connect(deed)
        for key, deed in ((QKeySequence.StandardKey.Undo, self.pad.undo), (QKeySequence.StandardKey.Redo, self.pad.redo)):
            QShortcut(QKeySequence(key), self).activated.connect(deed)
        self._said = Label("", "body", "soft")
        self.use = QPushButton(say("Use these data"))
        self.use.setDefault(True)
        self.use.clicked.connect(self.accept)
        self._cancel = QPushButton(say("Cancel"))
        self._cancel.clicked.connect(self.reject)
        self.pad.changed.connect(self._follow)
        self._lay()
        self._follow()

    def accept(self) -> None:
        """Play what was painted."""
        self.chosen.emit(self.pad.points)
        super().accept()

    def _choose(self, tool: str) -> None:
        self.pad.tool = "eraser" if tool == "eraser" else "brush"

    def _follow(self) -> None:
        count = len(self.pad.points)
        self._said.setText(f"{count:,} points, the most there can be" if count >= MOST else f"{count:,} points")
        self.use.setEnabled(count >= FEWEST)
        self.undo.setEnabled(self.pad.can_undo)
        self.redo.setEnabled(self.pad.can_redo)
        self.wipe.setEnabled(count > 0)

    def _lay(self) -> None:
        theme = theme_of(self)
        above, below, column = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        above.addWidget(self.tools)
        above.addStretch(1)
        for button in (self.undo, self.redo, self.wipe):
            above.addWidget(button)
        below.addWidget(self._said, 1)
        below.addWidget(self._cancel)
        below.addWidget(self.use)
        column.setContentsMargins(*[theme.px(18)] * 4)
        column.setSpacing(theme.px(12))
        column.addLayout(above)
        column.addWidget(self.pad, 1)
        column.addLayout(below)
        self.resize(theme.px(470), theme.px(560))


class Painting(QObject):
    """Opens the pad, and lets what was painted become the data. Undo brings the old data, weights and curves back."""

    said = Signal(str, dict)  #: (kind, values) of a notice

    def __init__(self, window: QWidget, player: Player, form: Form) -> None:
        super().__init__(window)
        form.painting.connect(self.ask)
        self._window, self._player = window, player
        self.dialog: PaintDialog | None = None

    def ask(self) -> None:
        """Paint; on what was painted before, where that is played now."""
        data = self._player.session.experiment.data
        points = fitted(np.array(data.points)) if isinstance(data, Painted) and data != Painted() else np.empty((0, 2))
        self.dialog = PaintDialog(points, self._window)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.chosen.connect(self.play)
        self.dialog.open()

    def play(self, points: np.ndarray) -> None:
        """Train on these points, with the present network where it fits them."""
        try:
            self._player.load(on_points(self._player.session.experiment, points))
        except RecipeError as error:
            self.said.emit("refused", {"reason": str(error)})
        else:
            self.said.emit("painted", {"count": len(points)})


def on_points(experiment: Experiment, points: np.ndarray) -> Experiment:
    """The experiment on painted points (n, 2). Raises RecipeError."""
    painted = Painted(points=tuple((float(x), float(y)) for x, y in points))
    return on_data(experiment, {"name": "painted", "points": painted.points}, painted.examples[0])


def fitted(points: np.ndarray) -> np.ndarray:
    """Points (n, 2) as they are where the pad holds them, else moved and shrunk into it."""
    if np.abs(points).max(initial=0.0) <= EXTENT:
        return points
    low, high = points.min(0), points.max(0)
    moved: np.ndarray = (points - (low + high) / 2) * (2 * 0.9 * EXTENT / max(float((high - low).max()), 1e-12))
    return moved
