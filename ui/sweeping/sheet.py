# SPDX-License-Identifier: MIT
"""The sheet of one sweep: what it asks, its map, how far it is; run it, stop it, open a cell as a live run."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from engine.protocol.sweeping.cells import Cell
from engine.protocol.sweeping.declared import Sweep
from engine.protocol.sweeping.figures import FIGURES
from engine.protocol.sweeping.map import Map, Spot, map_of
from ui.language import say
from ui.sweeping.chart import SweepChart
from ui.sweeping.child import Running
from ui.sweeping.drawing import short


class Sheet(QDialog):
    """One sweep on the screen. Closing it stops the sweep; the next time it goes on from there."""

    chosen = Signal(object)  #: the Experiment of a cell that was clicked

    def __init__(self, sweep: Sweep, cells: tuple[Cell, ...], file: Path, out: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(say(sweep.title))
        self.resize(820, 600)
        self._sweep, self._cells = sweep, cells
        self._map: Map | None = None
        self._trouble = ""
        self.running = Running(file, out, self)
        self.chart, self.figures = SweepChart(), QComboBox()
        self.about, self.status = QLabel(say(" ".join(sweep.about.split()))), QLabel()
        self.progress, self.button = QProgressBar(), QPushButton()
        self._arrange()
        for name in sweep.figures:
            self.figures.addItem(say(FIGURES[name].label), name)
        self.progress.setRange(0, len(cells))
        self.figures.currentIndexChanged.connect(lambda: self._draw())
        self.chart.pointed.connect(self._tell)
        self.chart.picked.connect(lambda cell: self.chosen.emit(cell.experiment))
        self.button.clicked.connect(self._toggle)
        self.running.grown.connect(lambda done: self._draw())
        self.running.ended.connect(self._end)
        self.running.look()
        self._draw()

    def _arrange(self) -> None:
        for label in (self.about, self.status):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.figures.setAccessibleName(say("Figure"))
        row, column = QHBoxLayout(), QVBoxLayout(self)
        row.addWidget(self.progress, 1)
        row.addWidget(self.button)
        for part in (self.about, self.figures, self.chart):
            column.addWidget(part, 1 if part is self.chart else 0)
        column.addLayout(row)
        column.addWidget(self.status)

    def done(self, result: int) -> None:
        """Closed by Esc or the button of the frame: stop the child."""
        self.running.close()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closed with the window: stop the child."""
        self.running.close()
        super().closeEvent(event)

    def _toggle(self) -> None:
        self._trouble = ""
        if self.running.busy:
            self.running.stop()
        else:
            self.running.start()
        self._draw()

    def _end(self, trouble: str) -> None:
        self._trouble = trouble
        self._draw()

    def _draw(self) -> None:
        self._map = map_of(self._sweep, self._cells, self.running.done, str(self.figures.currentData()))
        self.chart.show_map(self._map)
        finished = sum(cell.key in self.running.done for cell in self._cells)
        self.progress.setValue(finished)
        self.button.setText(say("Stop" if self.running.busy else "Run" if not finished else "Go on"))
        self.button.setEnabled(finished < len(self._cells))
        self._tell(None)

    def _tell(self, spot: Spot | None) -> None:
        """The values of the cell under the cursor; without one, how far the sweep is."""
        if spot is not None and self._map is not None:
            cell = self._map.cells[spot]
            found = self._map.failures.get(spot) or (short(self._map.means[spot]) if spot in self._map.means else "…")
            where = ", ".join(f"{path} = {value}" for path, value in cell.values.items())
            self.status.setText(f"{where}: {found}")
            return
        if self._trouble:
            self.status.setText(self._trouble)
            return
        total, left = len(self._cells), self.running.left_s(len(self._cells))
        finished = self.progress.value()
        if left is None:
            self.status.setText(say(f"{finished} of {total} cells; click one to open it as a live run"))
        else:
            self.status.setText(say(f"{finished} of {total} cells; {round(left / 60) or '<1'} min left"))
