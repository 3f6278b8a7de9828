# SPDX-License-Identifier: MIT
"""Help > Guide: the pages for students, lecturers and developers, as they lie in resources/docs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor, QTextFormat
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QTextBrowser, QWidget

from engine.protocol.places import resources
from ui.language import say
from ui.theme import theme_of

CODE: Final = (QTextFormat.Property.BlockCodeFence, QTextFormat.Property.BlockCodeLanguage)
PAGES: Final = {"For students": "students", "For lecturers": "lecturers", "For developers": "developers"}


def guides() -> list[tuple[str, Path]]:
    """(title, file) of every page, in the order of its readers."""
    return [(title, resources() / "docs" / f"{name}.md") for title, name in PAGES.items()]


class Guide(QDialog):
    """A list of the pages, and the one that is chosen. Links are shown, and none is followed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme = theme_of(self)
        self.setWindowTitle(say("Guide"))
        self.setModal(False)  # one reads, and tries it out beside
        self.resize(theme.px(900), theme.px(620))
        self.list, self.text = QListWidget(), QTextBrowser()
        self.list.setFixedWidth(theme.px(150))
        self.list.setAccessibleName(say("Pages"))
        self.text.setAccessibleName(say("Page"))
        self.text.setOpenLinks(False)
        self.text.document().setDocumentMargin(theme.px(16))
        for title, file in guides():
            self.list.addItem(say(title))
            self.list.item(self.list.count() - 1).setData(Qt.ItemDataRole.UserRole, str(file))
        row = QHBoxLayout(self)
        row.addWidget(self.list)
        row.addWidget(self.text, 1)
        self.list.currentRowChanged.connect(self._show)
        self.list.setCurrentRow(0)

    def _show(self, row: int) -> None:
        file = Path(self.list.item(row).data(Qt.ItemDataRole.UserRole))
        try:
            self.text.setMarkdown(file.read_text(encoding="utf-8"))
            self._space()
        except OSError as error:
            self.text.setPlainText(f"{file}: {error.strerror}")

    def _space(self) -> None:
        """Air above headings and paragraphs; lines of a program and of a list stay together."""
        px = theme_of(self).px
        block = self.text.document().begin()
        while block.isValid():
            shape = block.blockFormat()
            code = any(shape.hasProperty(mark) for mark in CODE)
            shape.setTopMargin(px(20) if shape.headingLevel() else 0 if code else px(3) if block.textList() else px(8))
            QTextCursor(block).setBlockFormat(shape)
            block = block.next()
