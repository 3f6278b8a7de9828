# SPDX-License-Identifier: MIT
"""Buttons, painted by the theme: the common base, the button with an icon, and Play."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from ui.controls.focus import worked_by_keys
from ui.language import say
from ui.theme import RADIUS, Role, Theme, icon, theme_of


class Button(QAbstractButton):
    """The base of all painted buttons.

    Tab reaches it, a click does not move the focus: after a click the lecturer's keys still belong to the window. The
    button that Tab did reach keeps its own `keys`, even where the window has shortcuts on them.
    """

    keys: ClassVar[tuple[Qt.Key, ...]] = (Qt.Key.Key_Space,)

    def __init__(self, text: str = "", hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._has_keys = False
        self._source = self._hint = ""
        self.setText(text)
        self.set_hint(hint)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        """Show words, in the language of the screen."""
        self._source = text
        super().setText(say(text))

    def set_hint(self, hint: str) -> None:
        """Say what the button does: its tooltip, and what a screen reader says beside the text."""
        self._hint = hint
        hint = say(hint)
        self.setToolTip(hint)
        if self.text():
            self.setAccessibleName(self.text())
            self.setAccessibleDescription(hint)
        else:
            self.setAccessibleName(hint)

    def event(self, event: QEvent) -> bool:
        """Keep the keys that work the button from the window's shortcuts where Tab led here."""
        override = event.type() == QEvent.Type.ShortcutOverride and self.ringed()
        if override and isinstance(event, QKeyEvent) and event.key() in self.keys and not event.modifiers():
            event.accept()
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Remember whether Tab led here."""
        self._has_keys = worked_by_keys(event.reason(), self._has_keys)
        super().focusInEvent(event)

    def ringed(self) -> bool:
        """Whether the button has the keys, and so a focus ring."""
        return self._has_keys and self.hasFocus()

    def changeEvent(self, event: QEvent) -> None:
        """A new theme has other sizes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.setText(self._source)
            self.set_hint(self._hint)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.LanguageChange):
            self.updateGeometry()

    def lit(self) -> bool:
        """Whether the pointer is on a button that can be pressed."""
        return self.isEnabled() and self.underMouse()


def draw_pill(p: QPainter, rect: QRect, radius: float, ground: QColor, edge: QColor, width: int = 1) -> None:
    """A rounded rectangle whose hairline lies on whole pixels."""
    half = width / 2
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    p.setPen(QPen(edge, width))
    p.setBrush(ground)
    p.drawRoundedRect(QRectF(rect).adjusted(half, half, -half, -half), radius - half, radius - half)


class IconButton(Button):
    """An icon on a rounded ground, with words beside it where there are any; `hint` is its tooltip and spoken name."""

    def __init__(
        self,
        name: str,
        hint: str,
        text: str = "",
        *,
        checkable: bool = False,
        flat: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, hint, parent)
        self._name, self._flat = name, flat
        self.setCheckable(checkable)

    def set_icon_name(self, name: str) -> None:
        """Show another icon of the same size."""
        self._name = name
        self.update()

    def sizeHint(self) -> QSize:
        """A square, or as wide as the words ask."""
        theme = theme_of(self)
        side = theme.px(32)
        if not self.text():
            return QSize(side, side)
        words = QFontMetrics(theme.font("body")).horizontalAdvance(self.text())
        return QSize(theme.px(10) + theme.px(18) + theme.px(7) + words + theme.px(13), side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, icon, words."""
        theme = theme_of(self)
        with QPainter(self) as p:
            self._paint_ground(p, theme)
            ink: Role = "faint" if not self.isEnabled() else "ink" if self.lit() or self.isChecked() else "soft"
            side = theme.px(18)
            left = theme.px(10) if self.text() else (self.width() - side) // 2
            if not self.isEnabled():
                p.setOpacity(0.55)
            icon(self._name, theme.color(ink)).paint(p, QRect(left, (self.height() - side) // 2, side, side))
            if self.text():
                p.setFont(theme.font("body"))
                p.setPen(theme.color(ink))
                room = self.rect().adjusted(left + side + theme.px(7), 0, -theme.px(4), 0)
                p.drawText(room, Qt.AlignmentFlag.AlignVCenter, self.text())

    def _paint_ground(self, p: QPainter, theme: Theme) -> None:
        pressed = self.isEnabled() and (self.isDown() or self.isChecked())
        if self._flat and not (pressed or self.lit() or self.ringed()):
            return
        ground = theme.color("line" if pressed else "raised", 1.0 if self.isEnabled() else 0.4)
        edge: Role = "ink" if self.ringed() else "faint" if self.lit() else "line"
        draw_pill(p, self.rect(), theme.px(RADIUS), ground, theme.color(edge), theme.px(1))


class PlayButton(Button):
    """The largest control, one toggle, always in the same place: play where paused, pause where playing."""

    asked = Signal(bool)  #: True for play

    def __init__(self, play_hint: str, pause_hint: str, parent: QWidget | None = None) -> None:
        super().__init__("", play_hint, parent)
        self._hints = (play_hint, pause_hint)
        self._playing = False
        self.clicked.connect(self._toggle)

    @property
    def playing(self) -> bool:
        """Whether it shows pause."""
        return self._playing

    def set_playing(self, playing: bool) -> None:
        """Show what is so; says nothing."""
        self._playing = playing
        self.set_hint(self._hints[playing])
        self.update()

    def sizeHint(self) -> QSize:
        """A disk, with room for its focus ring."""
        side = theme_of(self).px(46)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The disk, its glyph and its ring."""
        theme = theme_of(self)
        with QPainter(self) as p:
            p.setRenderHint(QPainter.RenderHint.Antialiasing)
            inset = theme.px(3)
            disk = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
            accent = theme.color("accent" if self.isEnabled() else "line")
            if self.lit():
                accent = accent.lighter(108) if not self.isDown() else accent.darker(112)
            p.setPen(Qt.PenStyle.NoPen)
            p.setBrush(accent)
            p.drawEllipse(disk)
            side = theme.px(20)
            glyph = QRect(0, 0, side, side)
            glyph.moveCenter(self.rect().center())
            name = "pause" if self._playing else "play"
            icon(name, theme.color("on_accent" if self.isEnabled() else "faint")).paint(p, glyph)
            if self.ringed():
                half = theme.px(2) / 2
                p.setPen(QPen(theme.color("ink"), theme.px(2)))
                p.setBrush(Qt.BrushStyle.NoBrush)
                p.drawEllipse(QRectF(self.rect()).adjusted(half, half, -half, -half))

    def _toggle(self) -> None:
        self.set_playing(not self._playing)
        self.asked.emit(self._playing)
