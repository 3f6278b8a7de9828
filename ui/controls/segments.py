# SPDX-License-Identifier: MIT
"""Choices that show all their answers: one of several, and the pills that switch the layers of a plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from ui.controls.buttons import Button, draw_pill
from ui.controls.dressed import Dressed
from ui.theme import RADIUS, Role, Theme, icon, theme_of
from ui.views.words import squeezed

_INSET: Final = 3  #: between the edge of the row and the picked segment


@dataclass(frozen=True)
class Option:
    """One answer: the key that the program uses, the words, the tooltip, and an icon where it helps."""

    key: str
    label: str
    hint: str = ""
    icon: str = ""


class _Segment(Button):
    """One answer of a Segmented."""

    keys: ClassVar[tuple[Qt.Key, ...]] = (
        Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down,
    )  # fmt: skip

    def __init__(self, option: Option, parent: QWidget) -> None:
        super().__init__(option.label, option.hint, parent)
        self._icon = option.icon
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Icon and words with air around them; the weight of a picked one, so that picking moves nothing."""
        theme = theme_of(self)
        words = QFontMetrics(theme.font("strong")).horizontalAdvance(self.text())
        return QSize(theme.px(10) + self._icon_room(theme) + words + theme.px(10), theme.px(26))

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters; the rest is elided and in the tooltip."""
        return QSize(theme_of(self).px(34), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The raised tile of a picked one, and the words."""
        theme = theme_of(self)
        picked = self.isChecked()
        role: Role = "faint" if not self.isEnabled() else "ink" if picked or self.lit() else "soft"
        with QPainter(self) as p:
            if picked or self.ringed():
                edge: Role = "ink" if self.ringed() else "line"
                ground = theme.color("window" if theme.name == "dark" else "panel")
                draw_pill(p, self.rect(), theme.px(RADIUS - _INSET), ground, theme.color(edge), theme.px(1))
            room = self.width() - 2 * theme.px(5) - self._icon_room(theme)
            font = squeezed(self.text(), theme.font("strong" if picked else "body"), room)
            metrics = QFontMetrics(font)
            words = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
            wide = metrics.horizontalAdvance(words)
            left = (self.width() - wide - self._icon_room(theme)) // 2
            if self._icon:
                side = theme.px(16)
                icon(self._icon, theme.color(role)).paint(p, left, (self.height() - side) // 2, side, side)
            p.setFont(font)
            p.setPen(theme.color(role))
            at = self.rect().adjusted(left + self._icon_room(theme), 0, 0, 0)
            p.drawText(at, Qt.AlignmentFlag.AlignVCenter, words)

    def _icon_room(self, theme: Theme) -> int:
        return theme.px(16) + theme.px(6) if self._icon else 0


class Segmented(Dressed):
    """One of several answers, all in sight. Arrows move, a click picks; `chosen` says the key that a person picked."""

    chosen = Signal(str)
    clicked = Signal(str)  #: the same, also where it was picked already

    def __init__(self, options: Sequence[Option], value: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._group = QButtonGroup(self)
        self._layout = QHBoxLayout(self)
        self._segments: dict[str, _Segment] = {}
        for option in options:
            segment = _Segment(option, self)
            self._segments[option.key] = segment
            self._group.addButton(segment)
            self._layout.addWidget(segment)
        self._value = value if value is not None else options[0].key
        self._segments[self._value].setChecked(True)
        self._group.buttonClicked.connect(self._clicked)
        self._set_lengths()

    @property
    def value(self) -> str:
        """The key of the picked answer."""
        return self._value

    def set_value(self, key: str) -> None:
        """Show another answer as picked; says nothing. KeyError where there is no such answer."""
        self._segments[key].setChecked(True)
        self._value = key

    def set_option_enabled(self, key: str, enabled: bool, hint: str) -> None:
        """Offer or withhold one answer, with a tooltip that says why. KeyError where there is no such answer."""
        self._segments[key].setEnabled(enabled)
        self._segments[key].set_hint(hint)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The trough in which the answers lie."""
        theme = theme_of(self)
        with QPainter(self) as p:
            draw_pill(p, self.rect(), theme.px(RADIUS), theme.color("raised"), theme.color("line"), theme.px(1))

    def _set_lengths(self) -> None:
        inset = theme_of(self).px(_INSET)
        self._layout.setContentsMargins(inset, inset, inset, inset)
        self._layout.setSpacing(0)
        for at, segment in enumerate(self._segments.values()):  # room is shared by the length of the words
            self._layout.setStretch(at, segment.sizeHint().width())

    def _clicked(self, button: _Segment) -> None:
        key = next(key for key, segment in self._segments.items() if segment is button)
        if key != self._value:
            self._value = key
            self.chosen.emit(key)
        self.clicked.emit(key)


class Chip(Button):
    """A check box as a pill with a dot in its role's color: a layer of the plot, hollow where it is off."""

    def __init__(
        self,
        text: str,
        role: Role = "ink",
        hint: str = "",
        *,
        checked: bool = True,
        color: QColor | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`color` instead of a role's is for classes."""
        super().__init__(text, hint, parent)
        self._role, self._color = role, color
        self.small = False
        self.setCheckable(True)
        self.setChecked(checked)

    def sizeHint(self) -> QSize:
        """Dot and words; a dot alone stands in the middle."""
        theme = theme_of(self)
        high = theme.px(20 if self.small else 28)
        if not self.text():
            return QSize(2 * self._dot_left(theme) + theme.px(9), high)
        words = QFontMetrics(self._font(theme)).horizontalAdvance(self.text())
        return QSize(self._left(theme) + words + theme.px(7 if self.small else 13), high)

    def set_small(self, small: bool) -> None:
        """Be as low as a line of small type, or as high as a button."""
        if small != self.small:
            self.small = small
            self.update()

    def _font(self, theme: Theme) -> QFont:
        return theme.font("caption" if self.small else "body")

    def _left(self, theme: Theme) -> int:
        """Where the words begin."""
        return self._dot_left(theme) + theme.px(9) + theme.px(5 if self.small else 7)

    def _dot_left(self, theme: Theme) -> int:
        return theme.px(6 if self.small else 11)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Pill, dot, words. The pill lies over a plot: its ground lets nothing of it into the words."""
        theme = theme_of(self)
        on = self.isChecked()
        role: Role = "faint" if not self.isEnabled() else "ink" if on or self.lit() else "faint"
        edge: Role = "ink" if self.ringed() else "faint" if self.lit() else "line"
        with QPainter(self) as p:
            p.setOpacity(1.0 if self.isEnabled() else 0.55)
            ground = theme.color("raised" if on else "plot", 0.94)
            draw_pill(p, self.rect(), self.height() / 2, ground, theme.color(edge), theme.px(1))
            self._paint_dot(p, theme, on)
            p.setFont(self._font(theme))
            p.setPen(theme.color(role))
            p.drawText(self.rect().adjusted(self._left(theme), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())

    def _paint_dot(self, p: QPainter, theme: Theme, on: bool) -> None:
        color = QColor(self._color) if self._color is not None else theme.color(self._role)
        if not self.isEnabled():
            color = theme.color("faint")
        size = float(theme.px(9))
        edge, width = color, 1.5 * theme.scale
        if on and self._color is not None and theme.outline is not None:
            edge, width = theme.outline, 1.0
        radius = (size - width) / 2
        p.setPen(QPen(edge, width))
        p.setBrush(color if on else Qt.BrushStyle.NoBrush)
        p.drawEllipse(QPointF(self._dot_left(theme) + size / 2, self.height() / 2), radius, radius)
