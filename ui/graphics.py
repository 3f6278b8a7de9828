# SPDX-License-Identifier: MIT
"""“Use my GPU”: what the present engine computes on, and the commands that build an engine for a graphics card.

The window has no torch, so it asks: the engine's own command with `doctor --probe` in place of `engine`, on whatever machine
that runs. (The whole doctor also trains every system, which takes long.) The window stays as it is; `--engine COMMAND` starts
another engine under it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QProcess, Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from engine.protocol.places import own_package
from ui.language import say

FOLDER: Final = "attractor-gpu"
LINES: Final = 11
WHY: Final = (
    "The networks of the lecture are small, and a processor trains them well. For large ones, an engine in another Python "
    "environment can use a graphics card of NVIDIA's; this window stays as it is and drives that engine. It may also run on "
    "another machine, over ssh."
)
HOW: Final = (
    "These commands build such an engine (about 6 GB; they need a network, Python 3.11 or newer and the card's driver) and "
    "start the window with it. Both must have the same version; the window compares them."
)


def doctor_of(argv: Sequence[str]) -> list[str] | None:
    """The words that ask an engine's own environment; None where its command does not say “engine”."""
    words = list(argv)
    if "engine" not in words:
        return None
    place = len(words) - 1 - words[::-1].index("engine")
    return [*words[:place], "doctor", "--probe"]


def commands(home: Path, windows: bool = sys.platform == "win32") -> list[str]:
    """What to type, line by line. Only uv chooses PyTorch's build by the driver it finds; the package says which version."""
    folder = (home / FOLDER).as_posix()  # which Windows understands, and which needs no escapes
    programs = f"{folder}/{'Scripts' if windows else 'bin'}"
    return [
        f'{"py" if windows else "python3"} -m venv "{folder}"',
        f'"{programs}/pip" install uv',
        f'"{programs}/uv" pip install --python "{folder}" --torch-backend=auto "{own_package()}"',
        f'"{programs}/attractor" doctor',
        f"""attractor --engine "'{programs}/attractor' engine\"""",
    ]


def verdict(found: Mapping[str, Any]) -> list[str]:
    """What a doctor's findings mean for the graphics card, as sentences. A doctor of another version may say less."""
    build, driver = str(found.get("build") or "?"), str(found.get("driver") or "")
    used = found.get("name") or found.get("auto", "?")
    lines = [
        say(f"PyTorch {found.get('torch', '?')}, built for {build}; it computes on {used}"),
        say(f"NVIDIA driver: {driver or 'none found'}"),
    ]
    if found.get("auto") in ("cuda", "mps"):
        return [*lines, say("This engine uses the graphics card already.")]
    if not driver:
        return [*lines, say("The engine's machine shows no graphics card with a driver of NVIDIA's.")]
    if build.startswith("CUDA"):
        return [*lines, say("PyTorch does not find the card: its driver may be too old.")]
    return [*lines, say("There is a card, but this engine's PyTorch cannot use it.")]


class Graphics(QDialog):
    """What the present engine has, and how to get one that uses the card. The findings come when the doctor is through."""

    def __init__(self, argv: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Use my GPU"))
        self.setMinimumWidth(720)
        self.findings = _sentence(say("Looking at the engine's machine…"))
        self.commands = QPlainTextEdit("\n".join(commands(Path.home())), readOnly=True)
        self.commands.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.commands.setFixedHeight(LINES * self.commands.fontMetrics().lineSpacing())  # long paths take two
        self.commands.setAccessibleName(say("Commands"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.copy = buttons.addButton(say("Copy commands"), QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.clicked.connect(lambda: QApplication.clipboard().setText(self.commands.toPlainText()))
        column = QVBoxLayout(self)
        for part in (_sentence(say(WHY)), self.findings, _sentence(say(HOW)), self.commands, buttons):
            column.addWidget(part)
        self._process = QProcess(self)
        self._process.finished.connect(self._conclude)
        self._process.errorOccurred.connect(self._conclude)
        self.finished.connect(self._leave)
        self._ask(doctor_of(argv))

    def _ask(self, words: list[str] | None) -> None:
        if words is None:
            self.findings.setText(say("The engine's command has no word “engine”, so its environment cannot be asked."))
        else:
            self._process.start(words[0], words[1:])

    def _conclude(self) -> None:
        said = bytes(self._process.readAllStandardOutput().data()).decode(errors="replace")
        try:
            found = dict(json.loads(said.splitlines()[-1]))  # a shell may greet first
        except (ValueError, TypeError, IndexError):
            self.findings.setText(say("The engine's environment gave no answer to “doctor”."))
            return
        self.findings.setText("\n".join(verdict(found)))

    def _leave(self) -> None:
        """Whoever closes the dialog does not wait for the answer."""
        self._process.blockSignals(True)
        self._process.kill()
        self._process.waitForFinished(1000)


def _sentence(text: str) -> QLabel:
    label = QLabel(text, wordWrap=True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
