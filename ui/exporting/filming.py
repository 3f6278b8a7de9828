# SPDX-License-Identifier: MIT
"""The dialog of a film: how long, how smooth, what for; then its progress, and a way to give it up."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ui.controls.labels import Label
from ui.controls.sections import SectionLabel
from ui.controls.segments import Option, Segmented
from ui.exporting.camera import Camera
from ui.exporting.film import check
from ui.language import say
from ui.runfile import RunFileError
from ui.theme import theme_of

SECONDS: Final = (5, 10, 20, 30, 60)
RATES: Final = (10, 25, 50)
KINDS: Final = "Film (*.mp4);;Animated picture (*.gif)"


class Filming(QDialog):
    """Films the panels while they live on. It does not stand in the picture."""

    saved = Signal(str)  #: the file
    refused = Signal(str, str)  #: the file, and why there is none

    def __init__(self, panels: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Export film"))
        self.setModal(False)  # one plays, drags and lets points flow while it films
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._panels, self._file = panels, Path()
        self.seconds, self.rate = 10, 25
        self.camera: Camera | None = None
        self.said = Label(say("It films what the panels show, as it happens: play, or let points flow."), "body", "soft")
        self.said.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.hide()
        self._length = Segmented([Option(str(s), f"{s} s") for s in SECONDS], str(self.seconds))
        self._length.chosen.connect(lambda word: setattr(self, "seconds", int(word)))
        self._smooth = Segmented([Option(str(r), str(r)) for r in RATES], str(self.rate))
        self._smooth.chosen.connect(lambda word: setattr(self, "rate", int(word)))
        self._go = QPushButton(say("Film…"))
        self._go.setDefault(True)
        self._go.clicked.connect(self._ask)
        self._cancel = QPushButton(say("Cancel"))
        self._cancel.clicked.connect(self.reject)
        self._lay()

    def film(self, name: str) -> None:
        """Begin to film into this file."""
        self._file = Path(name)
        try:
            check(self._file)
        except RunFileError as error:
            self.said.setText(f"{error}.")
            return
        count = round(self.seconds * self.rate)
        self.camera = Camera(self._panels, self._file, count, self.rate, self)
        self.camera.progressed.connect(self._show)
        self.camera.ended.connect(self._end)
        self.progress.setRange(0, count)
        self.progress.show()
        for control in (self._go, self._length, self._smooth):
            control.setEnabled(False)

    def reject(self) -> None:
        """Give the film up; the dialog goes when the writer has cleaned up behind itself."""
        if self.camera is None:
            super().reject()
        else:
            self.camera.stop()

    def _lay(self) -> None:
        theme = theme_of(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.px(18)] * 4)
        column.setSpacing(theme.px(10))
        for widget in (SectionLabel(say("Length")), self._length, SectionLabel(say("Pictures a second")), self._smooth,
                       self.said, self.progress):  # fmt: skip
            column.addWidget(widget)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._go)
        column.addLayout(buttons)
        self.setMinimumWidth(theme.px(380))

    def _ask(self) -> None:
        dialog = QFileDialog(self, say("Export film"), "", KINDS)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("mp4")
        dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix("gif" if "gif" in kind else "mp4"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.film)
        dialog.open()

    def _show(self, taken: int, count: int) -> None:
        self.progress.setValue(taken)
        self.said.setText(say("Filming… {taken} of {count} pictures").format(taken=taken, count=count))

    def _end(self, reason: str) -> None:
        self.camera = None
        if not reason:
            self.saved.emit(str(self._file))
        elif reason != "stopped":
            self.refused.emit(str(self._file), reason)
        super().reject()
