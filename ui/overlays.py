# SPDX-License-Identifier: MIT
"""What lies over the whole window for a while: the black screen, and all keys at a glance."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from ui.actions import DEEDS
from ui.controls.labels import Label
from ui.controls.sections import SectionLabel
from ui.theme import theme_of

POINTER = (
    ("Click", "put a point on the stage"),
    ("Drag", "spray points"),
    ("Right drag", "move the view"),
    ("Wheel", "zoom"),
    ("Double click", "a panel large"),
)


class Overlay(QWidget):
    """Covers its parent; a click takes it away."""

    dismissed = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        host.installEventFilter(self)
        self.hide()

    def lay(self, shown: bool) -> None:
        """Lay it over the window, or take it away."""
        self.setGeometry(self._host.rect())
        self.setVisible(shown)
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep covering."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._host.rect())
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go away."""
        self.dismissed.emit()


class Blank(Overlay):
    """A black screen, so that all look at the lecturer."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Black in every theme: it is no color of the app but its absence."""
        with QPainter(self) as p:
            p.fillRect(self.rect(), Qt.GlobalColor.black)


class Keys(Overlay):
    """The keys, from the table of actions."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._card = QFrame(self)
        self._card.setProperty("surface", "card")
        self._grid = QGridLayout(self._card)
        self._boxes: list[QGridLayout] = []
        self._fill()
        box = QVBoxLayout(self)
        box.addWidget(self._card, 0, Qt.AlignmentFlag.AlignCenter)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dim what lies below."""
        theme = theme_of(self)
        with QPainter(self) as p:
            p.fillRect(self.rect(), theme.color("window", 0.82))

    def lay(self, shown: bool) -> None:
        """Lay it over the window, or take it away."""
        theme = theme_of(self)
        self._grid.setContentsMargins(theme.px(24), theme.px(18), theme.px(24), theme.px(18))
        self._grid.setSpacing(theme.px(22))
        for box in self._boxes:
            box.setHorizontalSpacing(theme.px(18))
            box.setVerticalSpacing(theme.px(5))
        super().lay(shown)

    def _fill(self) -> None:
        groups = [(title.replace("&", ""), _keyed(title)) for title in ("&Run", "&View", "&Edit", "&File", "&Help")]
        groups[2:] = [("Other", [pair for _, pairs in groups[2:] for pair in pairs]), ("Pointer", list(POINTER))]
        for index, (title, pairs) in enumerate(groups):
            column, row = divmod(index, 2)
            box = QGridLayout()
            self._boxes.append(box)
            box.addWidget(SectionLabel(title), 0, 0, 1, 2)
            for line, (keys, text) in enumerate(pairs, 1):
                box.addWidget(Label(keys, "strong"), line, 0)
                box.addWidget(Label(text, "body", "soft"), line, 1)
            box.setColumnStretch(1, 1)
            self._grid.addLayout(box, row, column, Qt.AlignmentFlag.AlignTop)


def _keyed(title: str) -> list[tuple[str, str]]:
    """The keys of a menu's actions, and what they do."""
    native = QKeySequence.SequenceFormat.NativeText
    pairs = [
        ("  ".join(QKeySequence(key).toString(native) for key in deed.keys), deed.text.replace("…", ""))
        for deed in DEEDS[title]
        if deed is not None and deed.keys
    ]
    return [*pairs, ("1 – 9", "Layers of the stage")] if title == "&View" else pairs
