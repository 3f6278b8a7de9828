# SPDX-License-Identifier: MIT
"""File > Export: pictures, films, a report, tables, and what the engine makes. Nothing here stops the training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from ui.arrangement import Arrangement
from ui.exporting.filming import Filming
from ui.exporting.pictures import SCALES, write_picture
from ui.exporting.report import write_report
from ui.exporting.tables import write_curves
from ui.exporting.takeaway import ARRAYS, SCRIPTS, Takeaway, What
from ui.player import Player
from ui.runfile import RunFileError

PICTURES = {f"Picture, {scale} × (*.png)": scale for scale in SCALES} | {"Drawing (*.svg)": 1}


class Exporter(QObject):
    """Asks for a file and writes it."""

    said = Signal(str, dict)  #: (kind, values) of a notice

    def __init__(self, window: QWidget, player: Player, panels: Arrangement) -> None:
        super().__init__(window)
        self._window, self._player, self._panels = window, player, panels
        self.takeaway = Takeaway(player, self)
        self.takeaway.said.connect(self.said)

    def deeds(self) -> dict[str, Callable[[], object]]:
        """What each of the menu's actions does."""
        return {
            "picture": self.ask_picture, "curves": self.ask_curves, "film": self.film,
            "report": self.ask_report, "script": self.ask_script, "arrays": self.ask_arrays,
        }  # fmt: skip

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

    def ask_report(self) -> None:
        """Ask where to write the page about the run."""
        dialog = self._dialog("Export report", "Report (*.pdf)", "pdf")
        dialog.fileSelected.connect(self.report)
        dialog.open()

    def ask_script(self) -> None:
        """Ask where to write the network as a script or a notebook."""
        self._ask_engine("Export script", SCRIPTS, "py")

    def ask_arrays(self) -> None:
        """Ask where to write new examples, latents or weights."""
        self._ask_engine("Export arrays", ARRAYS, "npy")

    def film(self) -> Filming:
        """Open the dialog of a film."""
        dialog = Filming(self._panels, self._window)
        dialog.saved.connect(lambda file: self.said.emit("file_saved", {"file": file}))
        dialog.refused.connect(lambda file, reason: self.said.emit("file_refused", {"file": file, "reason": reason}))
        dialog.show()
        return dialog

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

    def report(self, name: str) -> None:
        """Write the page about the run."""
        moment = self._player.reel.now(self._player.session.state.run_id)
        title, experiment = self._window.windowTitle(), self._player.session.experiment
        self._write(name, lambda file: write_report(title, experiment, moment, self._panels, file))

    def _ask_engine(self, title: str, kinds: Mapping[str, What], suffix: str) -> None:
        dialog = self._dialog(title, ";;".join(kinds), suffix)
        dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(kind.partition("*.")[2].rstrip(")")))
        dialog.fileSelected.connect(lambda name: self.takeaway.ask(name, kinds[dialog.selectedNameFilter()]))
        dialog.open()

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
