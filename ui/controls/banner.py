# SPDX-License-Identifier: MIT
"""One sentence over the stage, with at most one thing to do about it. It never takes the focus and never blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from ui.controls.buttons import IconButton
from ui.controls.labels import Label
from ui.language import say
from ui.theme import theme_of

Tone = Literal["note", "trouble", "wait"]
STAYS_MS: Final = 7000  #: how long a note stays; trouble stays until somebody closes it
LEAST: Final = 200  #: of its width, in pixels at scale 1
WIDEST: Final = 620


class Banner(QFrame):
    """A card at the lower edge of `host`. A newer notice takes the place of the one before."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self.setProperty("surface", "card")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tone: Tone = "note"
        self._text = Label("", "body")
        self._text.setWordWrap(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.button = QPushButton()
        self.button.setDefault(True)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self._act)
        self._close = IconButton("close", "Close this notice", flat=True)
        self._close.clicked.connect(self.hide)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._text, 1)
        self._row.addWidget(self.button)
        self._row.addWidget(self._close)
        self._deed: Callable[[], None] | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(STAYS_MS)
        self._rest.timeout.connect(self.hide)
        host.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence that stands there."""
        return self._text.text()

    def say(self, text: str, tone: Tone = "note", label: str = "", deed: Callable[[], None] | None = None) -> None:
        """Show a sentence; `label` names the button that does `deed`."""
        self.tone, self._deed = tone, deed
        self._text.setText(text)
        self._text.set_role("alert" if tone == "trouble" else "ink")
        self.button.setText(say(label))
        self.button.setVisible(bool(label))
        self._close.setVisible(tone != "wait")
        self.setAccessibleName(say(text))
        if tone == "note":
            self._rest.start()
        else:
            self._rest.stop()
        self.show()
        self.raise_()
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep to the lower edge of the host."""
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False

    def changeEvent(self, event: QEvent) -> None:
        """A new theme has other lengths."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and not self.isHidden():
            self._place()

    def _act(self) -> None:
        self.hide()
        if self._deed is not None:
            self._deed()

    def _place(self) -> None:
        theme, host = theme_of(self), self._host
        gap = theme.px(14)
        self._row.setContentsMargins(theme.px(16), theme.px(8), theme.px(8), theme.px(8))
        self._row.setSpacing(theme.px(10))
        others = sum(w.sizeHint().width() + theme.px(10) for w in (self.button, self._close) if not w.isHidden())
        words = QFontMetrics(theme.font("body")).horizontalAdvance(self.text) + theme.px(34)
        width = max(min(words + others, theme.px(WIDEST), host.width() - 2 * gap), theme.px(LEAST))
        self.setFixedWidth(width)
        self.setFixedHeight(max(self._row.totalHeightForWidth(width) + theme.px(6), theme.px(48)))
        self.move((host.width() - width) // 2, host.height() - self.height() - gap)
