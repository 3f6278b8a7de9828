# SPDX-License-Identifier: MIT
"""“Open sweep…”: a file becomes a sheet, and a cell of it the experiment that the window plays."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.protocol.places import resources, user_folder
from engine.protocol.recipe.experiment import Experiment
from engine.protocol.sweeping.cells import cells_of
from engine.protocol.sweeping.declared import Sweep, SweepError, encode, read_sweep
from engine.protocol.sweeping.table import SWEEP, TABLE
from ui.player import Player
from ui.sweeping.sheet import Sheet


class Sweeps(QObject):
    """Opens sweeps, one at a time."""

    said = Signal(str, dict)  #: (kind, values) of a notice

    def __init__(self, window: QWidget, player: Player) -> None:
        super().__init__(window)
        self._window, self._player = window, player
        self.sheet: Sheet | None = None

    def ask(self) -> None:
        """Ask for a sweep, or for the sweep.json in the folder of one that has run."""
        dialog = QFileDialog(self._window, "Open sweep", str(resources() / "sweeps"), "Sweeps (*.toml *.json)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.open)
        dialog.open()

    def open(self, name: str) -> None:
        """Show the sweep in a file, and what is done of it; one that is none is refused with a sentence."""
        file = Path(name)
        try:
            sweep = read_sweep(file)
            cells = cells_of(sweep)
        except SweepError as error:
            self.said.emit("refused", {"reason": str(error)})
            return
        self.close()
        self.sheet = Sheet(sweep, cells, file, results_folder(file, sweep), self._window)
        self.sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.sheet.chosen.connect(self._play)
        self.sheet.finished.connect(self._forget)
        self.sheet.show()

    def close(self) -> None:
        """Close the sheet; its sweep stops, and goes on another time."""
        if self.sheet is not None:
            self.sheet.close()

    def _play(self, experiment: Experiment) -> None:
        self._player.load(experiment)

    def _forget(self) -> None:
        self.sheet = None


def results_folder(file: Path, sweep: Sweep) -> Path:
    """Where a sweep's table lies: beside its sweep.json, or in the user's own folder under its name and its hash."""
    if file.name == SWEEP and (file.parent / TABLE).exists():
        return file.parent
    return user_folder() / "sweeps" / f"{sweep.name}-{hashlib.sha256(encode(sweep)).hexdigest()[:8]}"
