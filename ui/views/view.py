# SPDX-License-Identifier: MIT
"""What all views have in common: one picture in, one repaint out, and a fault that stays in its panel."""

from __future__ import annotations

import logging
from abc import abstractmethod
from typing import ClassVar

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.protocol.payloads import Picture
from engine.protocol.recipe.probes import Panel
from ui.reel import Past
from ui.theme import Role, Theme, theme_of
from ui.views.words import CENTER, write

_log = logging.getLogger(__name__)


class View(QWidget):
    """Draws one panel's pictures. The pixels depend on picture, past, theme, size, the user's zoom, the place of the cursor
    on the view and the picked example, on nothing else.

    `show_picture` only keeps what it is given; all work is done in `draw`, when Qt asks for it: once a frame, and never
    while hidden. A `draw` that raises switches the panel off, with a message, until someone clicks to try again.
    """

    failed = Signal(str)  #: one sentence, once for each fault
    touched = Signal(object)  #: the cursor is on an example, by its number; None: on none any more
    chosen = Signal(object)  #: the same, by a click

    ground: ClassVar[Role] = "panel"
    follows_past: ClassVar[bool] = False  #: whether `draw` looks at the past at all

    def __init__(self, panel: Panel | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.panel = panel
        self.picture: Picture | None = None
        self.past = Past()
        self.picked: int | None = None  #: the example to mark wherever it is shown
        self._fault = ""
        self._touched: int | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_picture(self, picture: Picture | None, past: Past) -> None:
        """Show this, and nothing of what was shown before."""
        news = picture is not self.picture or (self.follows_past and past != self.past)
        self.picture, self.past = picture, past
        if news and self.isVisible():
            self.arrange()
            self.update()

    def show_picked(self, example: int | None) -> None:
        """Mark this example, and none that was marked before."""
        if example != self.picked:
            self.picked = example
            if self.isVisible():
                self.update()

    def example_at(self, at: QPointF) -> int | None:
        """The number of the example that is shown at a pixel; None where there is none."""
        return None

    def touch(self, example: int | None) -> None:
        """The cursor is on this example now, or on none."""
        if example != self._touched:
            self._touched = example
            self.touched.emit(example)

    def arrange(self) -> None:
        """Fit child widgets to a new picture, size or theme. Not called while hidden."""

    @abstractmethod
    def draw(self, p: QPainter, theme: Theme) -> None:
        """Paint the whole widget; its ground is painted already."""
        raise NotImplementedError

    @property
    def fault(self) -> str:
        """Why the panel is switched off; empty while it works."""
        return self._fault

    def retry(self) -> None:
        """Switch the panel on again."""
        self._fault = ""
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw, or say why not."""
        theme = theme_of(self)
        if not self._fault:
            with QPainter(self) as p:
                p.fillRect(self.rect(), theme.color(self.ground))
                try:
                    if self.picture is None and not self.follows_past:
                        write(p, QRectF(self.rect()), "Not measured yet", theme.font("body"), theme.color("faint"), CENTER)
                    self.draw(p, theme)
                except Exception as error:
                    self._switch_off(error)
        if self._fault:
            with QPainter(self) as p:  # a fresh painter: the other may have been left with a clip or a transform
                p.fillRect(self.rect(), theme.color(self.ground))
                room = QRectF(self.rect()).adjusted(theme.px(16), theme.px(8), -theme.px(16), -theme.px(8))
                p.setFont(theme.font("body"))
                p.setPen(theme.color("soft"))
                flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                p.drawText(room, int(flags), f"{self._fault}\nClick to try again.")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on a panel that was switched off tries again, one on an example picks it; others are the frame's."""
        example = self.example_at(event.position()) if not self._fault else None
        if self._fault:
            self.retry()
        elif example is not None and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(example)
        else:
            event.ignore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The frame around the view answers it."""
        event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Notice the example under the cursor."""
        self.touch(self.example_at(event.position()) if not self._fault else None)
        event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        """The cursor is elsewhere."""
        super().leaveEvent(event)
        self.leave()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody points at what cannot be seen; of a view that goes away under the cursor Qt says no more."""
        super().hideEvent(event)
        self.leave()

    def leave(self) -> None:
        """The cursor is not here any more."""
        self.touch(None)

    def showEvent(self, event: QShowEvent) -> None:
        """What came while hidden is seen now."""
        super().showEvent(event)
        self.arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Child widgets find their places again."""
        super().resizeEvent(event)
        self.arrange()

    def changeEvent(self, event: QEvent) -> None:
        """A new theme has other sizes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self.isVisible():
            self.arrange()
            self.update()

    def minimumSizeHint(self) -> QSize:
        """As small as one can still read."""
        theme = theme_of(self)
        return QSize(theme.px(120), theme.px(80))

    def _switch_off(self, error: Exception) -> None:
        _log.exception("a panel could not be drawn")
        self._fault = f"This panel could not be drawn: {type(error).__name__}: {error}"
        # Not from inside the paint event: whoever listens may show, move or hide widgets.
        QTimer.singleShot(0, self, lambda: self.failed.emit(self._fault))
