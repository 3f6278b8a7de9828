# SPDX-License-Identifier: MIT
"""From a dropped or chosen file to an experiment that plays it: recipes and runs are opened, data are looked at first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec
from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.protocol.reading import Facts
from engine.protocol.recipe.editing import RecipeError, with_values
from engine.protocol.recipe.experiment import Experiment
from ui.importing.preview import Preview
from ui.player import Player

RECIPES: Final = frozenset({".json", ".toml"})
RUNS: Final = frozenset({".run"})
KINDS: Final = "Data (*.csv *.tsv *.txt *.npy *.npz *.gz *ubyte);;Recipes and runs (*.json *.toml *.run);;All files (*)"
INSTEAD: Final = ("vae", "dae")  #: models that fit any data


class Importer(QObject):
    """Takes files by drop or by dialog."""

    said = Signal(str, dict)  #: (kind, values) of a notice

    def __init__(self, window: QWidget, player: Player, load: Callable[[str], None]) -> None:
        super().__init__(window)
        self._window, self._player, self._load = window, player, load
        self.preview: Preview | None = None
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def deeds(self) -> dict[str, Callable[[], object]]:
        """What the menu's actions do."""
        return {"import": self.ask, "pictures": lambda: self.ask(folder=True)}

    def ask(self, folder: bool = False) -> None:
        """Ask for a file, or for a folder of pictures."""
        dialog = QFileDialog(self._window, "Open a folder of pictures" if folder else "Open data", "", KINDS)
        dialog.setFileMode(QFileDialog.FileMode.Directory if folder else QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.take)
        dialog.open()

    def take(self, name: str) -> None:
        """Open whatever this is."""
        file = Path(name)
        if file.suffix.lower() in RECIPES | RUNS:
            self._load(name)
            return
        if self.preview is not None:
            self.preview.reject()
        self.preview = Preview(file, self._player.arrays, self._window)
        self.preview.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.preview.chosen.connect(self.play)
        self.preview.finished.connect(self._forget)
        self.preview.open()

    def play(self, facts: Facts) -> None:
        """Train on these data, with the present network where it fits them; undo goes back."""
        try:
            self._player.load(with_data(self._player.session.experiment, facts))
        except RecipeError as error:
            self.said.emit("refused", {"reason": str(error)})
        else:
            self.said.emit("imported", {"file": facts.file, "count": sum(facts.data.counts)})

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what is dropped on the window."""
        if isinstance(event, QDropEvent) and event.type() in (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop):
            return self._dropped(event)
        return False

    def _dropped(self, event: QDropEvent | QDragEnterEvent) -> bool:
        mime = event.mimeData()
        if event.source() is not None or not (mime.hasUrls() or mime.hasText()):
            return False
        event.acceptProposedAction()
        if event.type() == QEvent.Type.Drop:
            file = first_file(mime)
            if file:
                self.take(file)
            else:
                self.said.emit("refused", {"reason": "only files and folders of this computer can be dropped here"})
        return True

    def _forget(self) -> None:
        self.preview = None


def first_file(mime: QMimeData) -> str:
    """The first file of this computer among what is dragged; “” where there is none."""
    return next((url.toLocalFile() for url in mime.urls() if url.isLocalFile()), "")


def with_data(experiment: Experiment, facts: Facts) -> Experiment:
    """The experiment on imported data. Raises RecipeError."""
    return on_data(experiment, {"name": "imported", **msgspec.to_builtins(facts.data)}, facts.data.counts[0])


def on_data(experiment: Experiment, data: dict[str, Any], count: int) -> Experiment:
    """The experiment on other data, `count` of them to train on: batches no larger, a network that fits. Raises RecipeError."""
    values: dict[str, Any] = {"data": data}
    for lane in experiment.lanes:
        batch = lane.recipe.training.batch
        values[f"{lane.name}.training.batch"] = min(batch, count)
    refusal: RecipeError | None = None
    for kind in ("", *INSTEAD):
        others = {f"{lane.name}.model.kind": kind for lane in experiment.lanes} if kind else {}
        try:
            return with_values(experiment, {**values, **others})
        except RecipeError as error:
            refusal = refusal or error
    assert refusal is not None
    raise refusal
