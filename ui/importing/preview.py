# SPDX-License-Identifier: MIT
"""The dialog between a file and the training: what was read, as the network will see it, and the choices that change it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from engine.protocol.arguments import Read
from engine.protocol.reading import Facts
from ui.arrays import Arrays
from ui.controls.labels import ElidedLabel, Label
from ui.controls.sections import SectionLabel
from ui.controls.segments import Option, Segmented
from ui.importing.child import Reading
from ui.importing.sight import Sight
from ui.theme import theme_of

SIDES: Final = (16, 28, 32, 64)
COLORS: Final = (Option("auto", "As they are"), Option("gray", "Gray"), Option("color", "Color"))
SHOWN_CLASSES: Final = 8


class Preview(QDialog):
    """Reads a file, shows it, reads it again where a choice asks for it. Nothing is trained before `chosen`."""

    chosen = Signal(object)  #: Facts

    def __init__(self, file: Path, arrays: Arrays, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Your own data")
        self._asked, self._arrays, self._folder = Read(file), arrays, file.is_dir()
        self._reading: Reading | None = None
        self.facts: Facts | None = None
        self.sight = Sight()
        self._title = ElidedLabel(file.name or str(file), "heading")
        self._said = Label("", "body", "soft")
        self._said.setWordWrap(True)
        self._said.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self._labels = QComboBox()
        self._labels.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._labels.setAccessibleName("Column of the labels")
        self._labels.activated.connect(lambda index: self._ask(replace(self._asked, label=self._labels.itemData(index))))
        self._use = QPushButton("Use these data")
        self._use.setDefault(True)
        self._use.clicked.connect(self.accept)
        self._cancel = QPushButton("Cancel")
        self._cancel.clicked.connect(self.reject)
        self._lay()
        self._ask(self._asked)

    def accept(self) -> None:
        """Play these data."""
        if self.facts is not None:
            self.chosen.emit(self.facts)
            super().accept()

    def done(self, result: int) -> None:
        """Leave nobody behind who reads on."""
        self._stop()
        super().done(result)

    def _lay(self) -> None:
        theme = theme_of(self)
        facts = QVBoxLayout()
        facts.setSpacing(theme.px(8))
        facts.addWidget(self._title)
        facts.addWidget(self._said, 1)
        for words, control in self._choices():
            facts.addWidget(SectionLabel(words))
            facts.addWidget(control)
        self._labels_word = SectionLabel("Labels")
        facts.addWidget(self._labels_word)
        facts.addWidget(self._labels)
        facts.addWidget(self.progress)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._use)
        facts.addLayout(buttons)
        seen = QVBoxLayout()
        seen.addWidget(SectionLabel("As the network sees it"))
        seen.addWidget(self.sight, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(*[theme.px(18)] * 4)
        row.setSpacing(theme.px(20))
        row.addLayout(seen, 3)
        row.addLayout(facts, 2)
        self.resize(theme.px(820), theme.px(440))

    def _choices(self) -> list[tuple[str, QWidget]]:
        """What a folder of pictures leaves open."""
        if not self._folder:
            return []
        sizes = Segmented([Option(str(side), str(side), f"{side} × {side} pixels") for side in SIDES], str(Read.side))
        sizes.chosen.connect(lambda side: self._ask(replace(self._asked, side=int(side))))
        colors = Segmented(COLORS, self._asked.color)
        colors.chosen.connect(lambda color: self._ask(replace(self._asked, color=color)))
        return [("Size in pixels", sizes), ("Colors", colors)]

    def _ask(self, asked: Read) -> None:
        """Read the file in this way."""
        self._stop()
        self._asked, self.facts = asked, None
        self._use.setEnabled(False)
        self.progress.setRange(0, 0)
        self.progress.show()
        self._said.setText("Reading…")
        self._said.set_role("soft")
        self._labels_word.hide()
        self._labels.hide()
        self._reading = Reading(asked, self._arrays, self)
        self._reading.progressed.connect(self._show_progress)
        self._reading.done.connect(self._show)
        self._reading.refused.connect(self._refuse)

    def _stop(self) -> None:
        if self._reading is not None:
            self._reading.stop()
            self._reading.deleteLater()
            self._reading = None

    def _show_progress(self, done: int, of: int, what: str) -> None:
        self.progress.setRange(0, of)
        self.progress.setValue(done)
        self._said.setText(f"Reading… {done:,} of {of:,} {what}")

    def _show(self, facts: Facts) -> None:
        self.facts = facts
        self.sight.show_facts(facts)
        self.progress.hide()
        self._said.setText("\n".join(sentences(facts)))
        self._use.setEnabled(True)
        self._use.setFocus()
        self._labels_word.setVisible(bool(facts.columns))
        self._labels.setVisible(bool(facts.columns))
        self._labels.clear()
        self._labels.addItem("none", "none")
        for name in facts.columns:
            self._labels.addItem(name, name)
        self._labels.setCurrentIndex(max(0, self._labels.findData(facts.label)))

    def _refuse(self, sentence: str) -> None:
        self.progress.hide()
        self.sight.show_facts(None)
        self._said.setText(sentence)
        self._said.set_role("alert")
        if self._asked.label != "auto":  # the choice was bad, the file may not be
            self._labels_word.show()
            self._labels.show()


def sentences(facts: Facts) -> list[str]:
    """What was read, in words: how many, of what shape and range, how it is scaled, which classes."""
    train, test = facts.data.counts
    shape = facts.data.size
    noun = f"images of {shape[2]} × {shape[1]} pixels, {'color' if shape[0] == 3 else 'gray'}" if len(shape) == 3 else (
        f"rows of {shape[0]:,} numbers")  # fmt: skip
    lines = [f"{train + test:,} {noun}.", f"{train:,} to train with, {test:,} to test.",
             f"Range in the file: {facts.low:.4g} … {facts.high:.4g}. {facts.scaling}"]  # fmt: skip
    if facts.data.labels:
        shown = ", ".join(f"{name} ({count:,})" for name, count in zip(facts.data.labels, facts.per_class, strict=False))
        names = shown if len(facts.data.labels) <= SHOWN_CLASSES else ", ".join(facts.data.labels[:SHOWN_CLASSES]) + ", …"
        lines.append(f"{len(facts.data.labels)} classes: {names}.")
    else:
        lines.append("No labels.")
    return [*lines, *facts.notes]
