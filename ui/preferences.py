# SPDX-License-Identifier: MIT
"""Preferences: language, theme, pictures a second, threads, device, autosave. Threads and device wait for the next start."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QFormLayout, QPushButton, QVBoxLayout, QWidget

from engine.protocol.arguments import Window as Options
from ui.appearance import Appearance, Memory
from ui.controls.labels import Label
from ui.keeper import Keeper
from ui.language import LANGUAGES, Language, say
from ui.theme import theme_of
from ui.troupe import Troupe

THEMES: Final = {"dark": "Dark", "light": "Light"}
FPS: Final = ("60", "30", "15")
DEVICES: Final = {"auto": "The fastest there is", "cpu": "CPU", "cuda": "CUDA", "mps": "MPS"}
AUTOSAVE: Final = {"20": "Every 20 seconds", "60": "Every minute", "300": "Every 5 minutes", "0": "Never"}
THREADS: Final = {"0": "All cores but one", **{str(count): str(count) for count in range(1, (os.cpu_count() or 1) + 1)}}


def with_preferences(options: Options, memory: Memory) -> Options:
    """What the command line does not say, as it was preferred."""
    threads = int(memory.text("threads", tuple(THREADS)))
    device = memory.text("device", tuple(DEVICES))
    return replace(
        options,
        threads=options.threads if options.threads is not None or not threads else threads,
        device=options.device if options.device is not None or device == "auto" else device,
        fps=options.fps or int(memory.text("fps", FPS)),
    )


class Preferences(QDialog):
    """A choice for each. It acts when it is made; there is nothing to confirm."""

    def __init__(
        self, parent: QWidget, memory: Memory, language: Language, appearance: Appearance, keeper: Keeper, troupe: Troupe
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Preferences"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._memory = memory
        self.boxes: dict[str, QComboBox] = {}
        self._rows = QFormLayout()
        self._row("language", "Language", LANGUAGES, language.name, language.choose)
        self._row("theme", "Theme", THEMES, appearance.theme.name, lambda name: self._turn(appearance, name))
        fps = memory.text("fps", FPS)
        self._row("fps", "Pictures a second", {key: key for key in FPS}, fps, lambda key: self._pace(troupe, key))
        self._row("threads", "Threads", THREADS, memory.text("threads", tuple(THREADS)), self._keep("threads"))
        self._row("device", "Device", DEVICES, memory.text("device", tuple(DEVICES)), self._keep("device"))
        autosave = memory.text("autosave", tuple(AUTOSAVE))
        self._row("autosave", "Autosave", AUTOSAVE, autosave, lambda key: self._save_every(keeper, key))
        note = Label("Threads and device hold from the next start on; a running engine keeps its own.", "caption", "soft")
        note.setWordWrap(True)
        close = QPushButton(say("Close"))
        close.clicked.connect(self.accept)
        column, theme = QVBoxLayout(self), theme_of(self)
        column.setContentsMargins(*[theme.px(18)] * 4)
        column.setSpacing(theme.px(14))
        column.addLayout(self._rows)
        column.addWidget(note)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        self._rows.setSpacing(theme.px(10))
        self.setMinimumWidth(theme.px(400))

    def _row(self, key: str, label: str, words: Mapping[str, str], value: str, deed: Callable[[str], object]) -> None:
        box = QComboBox()
        for name, text in words.items():
            box.addItem(say(text), name)
        box.setCurrentIndex(max(box.findData(value), 0))
        box.setAccessibleName(say(label))
        box.activated.connect(lambda index: deed(box.itemData(index)))
        self.boxes[key] = box
        self._rows.addRow(Label(label), box)

    def _keep(self, key: str) -> Callable[[str], object]:
        return lambda value: self._memory.keep(key, value)

    def _save_every(self, keeper: Keeper, seconds: str) -> None:
        self._memory.keep("autosave", seconds)
        keeper.save_every(int(seconds))

    def _pace(self, troupe: Troupe, fps: str) -> None:
        self._memory.keep("fps", fps)
        troupe.watch(fps=int(fps))

    @staticmethod
    def _turn(appearance: Appearance, name: str) -> None:
        if appearance.theme.name != name:
            appearance.toggle_theme()
