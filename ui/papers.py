# SPDX-License-Identifier: MIT
"""Recipes on paper: open one, save one, copy one; and what the app says about itself."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, qVersion
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget

from engine.protocol.library import SourceError, read_recipe
from engine.protocol.recipe.experiment import encode
from engine.protocol.version import APP
from ui.player import Player

RECIPES = "Recipes (*.json *.toml)"


class Papers(QObject):
    """The File menu. Nothing here stops the training."""

    said = Signal(str, dict)  #: (kind, values) of a notice

    def __init__(self, window: QWidget, player: Player) -> None:
        super().__init__(window)
        self._window, self._player = window, player

    def open(self) -> None:
        """Ask for a recipe, and play it."""
        dialog = QFileDialog(self._window, "Open recipe", "", RECIPES)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.load)
        self._show(dialog)

    def load(self, name: str) -> None:
        """Play the recipe in a file; a file that is none is refused with a sentence."""
        try:
            self._player.load(read_recipe(Path(name)))
        except SourceError as error:
            self.said.emit("refused", {"reason": str(error)})

    def save(self) -> None:
        """Ask for a file, and write the experiment to it."""
        dialog = QFileDialog(self._window, "Save recipe", "", RECIPES)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.fileSelected.connect(self.write)
        self._show(dialog)

    def write(self, name: str) -> None:
        """Write the experiment to a file: the old file stays whole until the new one is."""
        file = Path(name)
        fresh = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            fresh.write_bytes(encode(self._player.session.experiment))
            fresh.replace(file)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            self.said.emit("file_refused", {"file": name, "reason": error.strerror or str(error)})
        else:
            self.said.emit("file_saved", {"file": name})

    def copy(self) -> None:
        """Put the experiment on the clipboard, as the text that `open` reads."""
        QApplication.clipboard().setText(encode(self._player.session.experiment).decode())

    def about(self) -> None:
        """Versions and license."""
        hello = self._player.troupe.hello
        engine = f"PyTorch {hello.torch} on {hello.device}, {hello.threads} threads" if hello is not None else "no engine yet"
        box = QMessageBox(self._window)
        box.setWindowTitle("About Attractor")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(f"Attractor {APP}")
        about = "A class watches generative models find the manifold."
        box.setInformativeText(f"{about}\n\nQt {qVersion()} · {engine}\nMIT license")
        self._show(box)

    def _show(self, dialog: QFileDialog | QMessageBox) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
