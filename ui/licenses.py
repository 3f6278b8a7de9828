# SPDX-License-Identifier: MIT
"""The terms of all that the app is made of, as plain text: what the packaging collected, or the app's own in a checkout."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QPlainTextEdit, QWidget

from engine.protocol.places import licenses, resources

#: Some license files of long ago are in Latin-1; none is longer than this.
MAX_CHARACTERS = 2_000_000


def texts() -> list[tuple[str, Path]]:
    """(name, file) of every text: first the overview, then package by package."""
    folder = licenses()
    if not folder.is_dir():
        own = (("Attractor", resources().parent / "LICENSE"), ("Inter", resources() / "fonts" / "OFL.txt"))
        return [(name, file) for name, file in own if file.is_file()]
    files = sorted((file for file in folder.rglob("*") if file.is_file() and file.suffix != ".json"), key=_order)
    return [(file.relative_to(folder).as_posix(), file) for file in files]


def _order(file: Path) -> tuple[bool, str]:
    return file.name != "README.txt" or file.parent != licenses(), file.as_posix().lower()


class Licenses(QDialog):
    """A list of the texts, and the one that is chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Licenses")
        self.resize(960, 600)
        self.list, self.text = QListWidget(), QPlainTextEdit(readOnly=True)
        self.list.setMaximumWidth(320)
        self.list.setAccessibleName("Packages")
        self.text.setAccessibleName("License")
        for name, file in texts():
            item = QListWidgetItem(name, self.list)
            item.setData(Qt.ItemDataRole.UserRole, str(file))
            item.setToolTip(name)
        row = QHBoxLayout(self)
        row.addWidget(self.list)
        row.addWidget(self.text, 1)
        self.list.currentItemChanged.connect(self._show)
        self.list.setCurrentRow(0)

    def _show(self, item: QListWidgetItem | None) -> None:
        file = Path(item.data(Qt.ItemDataRole.UserRole)) if item is not None else None
        try:
            said = "" if file is None else file.read_text(encoding="utf-8", errors="replace")[:MAX_CHARACTERS]
        except OSError as error:
            said = f"{file}: {error.strerror}"
        self.text.setPlainText(said)
