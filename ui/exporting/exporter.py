# SPDX-License-Identifier: MIT
"""File > Export: the panels as a picture, the curves as a table. Nothing here stops the training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from ui.exporting.pictures import SCALES, write_picture
from ui.exporting.tables import write_curves
from ui.player import Player
from ui.runfile import RunFileError

PICTURES = {f"Picture, {scale} × (*.png)": scale for scale in SCALES} | {"Drawing (*.svg)": 1}


class Exporter(QObject):
    """Asks for a file and writes it."""

    said = Signal(str, dict)  #: (kind, values) of a notice

    def __init__(self, window: QWidget, player: Player, panels: QWidget) -> None:
        super().__init__(window)
        self._window, self._player, self._panels = window, player, panels

    def ask_picture(self) -> None:
        """Ask where to write the panels that can be seen; of one that is large, that one alone."""
        dialog = self._dialog("Export picture", ";;".join(PICTURES), "png")
        dialog.fileSelected.connect(lambda name: self.picture(name, PICTURES.get(dialog.selectedNameFilter(), SCALES[0])))
        dialog.open()

    def ask_curves(self) -> None:
        """Ask where to write the curves."""
        dialog = self._dialog("Export curves", "Table (*.csv)", "csv")
        dialog.fileSelected.connect(self.curves)
        dialog.open()

    def picture(self, name: str, scale: int = SCALES[0]) -> None:
        """Write the panels."""
        self._write(name, lambda file: write_picture(self._panels, file, scale))

    def curves(self, name: str) -> None:
        """Write the curves of the builds that play."""
        moment = self._player.reel.now(self._player.session.state.run_id)
        if moment is None:
            self.said.emit("refused", {"reason": "there are no curves yet"})
        else:
            self._write(name, lambda file: write_curves(moment, file))

    def _dialog(self, title: str, kinds: str, suffix: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title, "", kinds)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def _write(self, name: str, write: Callable[[Path], None]) -> None:
        try:
            write(Path(name))
        except RunFileError as error:
            self.said.emit("file_refused", {"file": name, "reason": str(error)})
        else:
            self.said.emit("file_saved", {"file": name})
