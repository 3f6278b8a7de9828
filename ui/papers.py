# SPDX-License-Identifier: MIT
"""Recipes on paper: open one, save one, copy one; and what the app says about itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, qVersion
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox, QWidget

from engine.protocol.library import SourceError, read_recipe, recipe_in
from engine.protocol.recipe.experiment import encode
from engine.protocol.version import APP
from ui.diagnostics import diagnostics
from ui.graphics import Graphics
from ui.guide import Guide
from ui.keeper import Keeper
from ui.language import say
from ui.licenses import Licenses
from ui.player import Player
from ui.runfile import SUFFIX, RunFileError, replacing

RECIPES = "Recipes and runs (*.attractor *.json *.toml *.run)"


class Papers(QObject):
    """The File menu. Nothing here stops the training."""

    said = Signal(str, dict)  #: (kind, values) of a notice

    def __init__(self, window: QWidget, player: Player, keeper: Keeper) -> None:
        super().__init__(window)
        self._window, self._player, self._keeper = window, player, keeper

    def deeds(self) -> dict[str, Callable[[], object]]:
        """What each of the menu's actions does."""
        return {
            "open": self.open, "save": self.save, "save_run": self.save_run, "copy": self.copy, "paste": self.paste,
            "about": self.about, "diagnose": self.diagnose, "graphics": self.graphics, "guide": self.guide,
        }  # fmt: skip

    def open(self) -> None:
        """Ask for a recipe, and play it."""
        dialog = QFileDialog(self._window, say("Open"), "", RECIPES)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.load)
        self._show(dialog)

    def load(self, name: str) -> None:
        """Play the recipe or the run in a file; a file that is none is refused with a sentence."""
        if Path(name).suffix.lower() == SUFFIX:
            self._keeper.open_run(name)
            return
        try:
            self._player.load(read_recipe(Path(name)))
        except SourceError as error:
            self.said.emit("refused", {"reason": str(error)})

    def save(self) -> None:
        """Ask for a file, and write the experiment to it."""
        dialog = QFileDialog(self._window, say("Save recipe"), "", "Recipes (*.attractor *.json)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("attractor")
        dialog.fileSelected.connect(self.write)
        self._show(dialog)

    def write(self, name: str) -> None:
        """Write the experiment to a file: the old file stays whole until the new one is."""
        try:
            with replacing(Path(name)) as fresh:
                fresh.write_bytes(encode(self._player.session.experiment))
        except RunFileError as error:
            self.said.emit("file_refused", {"file": name, "reason": str(error)})
        else:
            self.said.emit("file_saved", {"file": name})

    def save_run(self) -> None:
        """Ask for a file, and write the whole run to it."""
        dialog = QFileDialog(self._window, say("Save run"), "", f"Runs (*{SUFFIX})")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX[1:])
        dialog.fileSelected.connect(self._keeper.save_run)
        self._show(dialog)

    def paste(self) -> None:
        """Play the recipe whose text is on the clipboard."""
        try:
            self._player.load(recipe_in(QApplication.clipboard().text(), "The clipboard"))
        except SourceError as error:
            self.said.emit("refused", {"reason": str(error)})

    def copy(self) -> None:
        """Put the experiment on the clipboard, as the text that `open` reads."""
        QApplication.clipboard().setText(encode(self._player.session.experiment).decode())

    def diagnose(self) -> None:
        """Put on the clipboard what somebody needs who shall help."""
        QApplication.clipboard().setText(diagnostics(self._player))
        self.said.emit("copied_diagnostics", {"folder": str(self._player.folder or "")})

    def guide(self) -> None:
        """The pages for students, lecturers and developers, beside the window."""
        guide = Guide(self._window)
        guide.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        guide.show()

    def graphics(self) -> None:
        """What the engine computes on, and the way to a graphics card."""
        self._show(Graphics(self._player.troupe.argv, self._window))

    def about(self) -> None:
        """Versions and license."""
        hello = self._player.troupe.hello
        engine = f"PyTorch {hello.torch} on {hello.device}, {hello.threads} threads" if hello is not None else "no engine yet"
        box = QMessageBox(self._window)
        box.setWindowTitle(say("About Attractor"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(f"Attractor {APP}")
        about = say("A class watches generative models find the manifold.")
        box.setInformativeText(f"{about}\n\nQt {qVersion()} · {say(engine)}\n{say('MIT license')}")
        box.addButton(QMessageBox.StandardButton.Close)
        terms = box.addButton(say("Licenses…"), QMessageBox.ButtonRole.ActionRole)
        terms.clicked.connect(lambda: self._show(Licenses(self._window)))
        self._show(box)

    def _show(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
