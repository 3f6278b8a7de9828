# SPDX-License-Identifier: MIT
"""The thin groove with its ring: where a number is dragged."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from ui.controls.focus import worked_by_keys
from ui.controls.scale import NumberScale
from ui.theme import Role, Theme, theme_of

_RING: Final = 9.0  #: outer radius of the ring, with its focus ring
_TICKS: Final = 1000  #: the integers that a screen reader sees
_WHEEL_NOTCH: Final = 120  #: Qt counts wheels in eighths of a degree, 15 degrees a notch
_WHEEL_REST_MS: Final = 350


class Groove(QSlider):
    """A slider over a `NumberScale`. `changed` follows the hand; `committed` comes once when it lets go.

    Keys of the window win over those of a groove that was only clicked; one reached by Tab keeps its own and shows it.
    """

    changed = Signal(object)
    committed = Signal(object)

    def __init__(self, scale: NumberScale, role: Role, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._scale, self._role = scale, role
        self._number: float = scale.low
        self._grip_px: float | None = None  # while dragging: from the ring's center to the pointer
        self._has_keys = self._unsettled = False  # reached by Tab; changed and not yet committed
        self._wheel = 0
        self._rest = QTimer(self, singleShot=True, interval=_WHEEL_REST_MS)
        self._rest.timeout.connect(self._commit)
        self.setRange(0, _TICKS)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.valueChanged.connect(self._moved_from_outside)

    @property
    def number(self) -> float:
        """The number it stands at, also where that lies beyond the soft range."""
        return self._number

    @property
    def dragging(self) -> bool:
        """Whether a hand holds the ring."""
        return self._grip_px is not None

    def set_number(self, number: float) -> None:
        """Stand at a number; says nothing."""
        self._number = number
        self.setValue(self._tick())
        self.setAccessibleDescription(self._scale.text(number))
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as there is room, as high as ring and focus ring."""
        return QSize(theme_of(self).px(120), theme_of(self).px(18))

    def event(self, event: QEvent) -> bool:
        """Keep its keys from the window's shortcuts where Tab led here."""
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and self._ringed() and isinstance(event, QKeyEvent) and self._after(event) is not None:
            event.accept()
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Remember whether Tab led here."""
        self._has_keys = worked_by_keys(event.reason(), self._has_keys)
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows a little, PgUp and PgDn more, Home and End to the ends of the soft range."""
        after = self._after(event)
        if after is None:
            event.ignore()
        else:
            self._propose(after)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """A key that was let go settles the value."""
        if self._after(event) is None:
            event.ignore()
        elif not event.isAutoRepeat():
            self._commit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn only with the focus: a form that scrolls under the pointer must change no number."""
        if not self.hasFocus():
            event.ignore()
            return
        self._wheel += event.angleDelta().y() or event.angleDelta().x()
        notches = int(self._wheel / _WHEEL_NOTCH)
        self._wheel -= notches * _WHEEL_NOTCH
        if notches:
            self._propose(self._scale.moved(self._number, notches))
            self._rest.start()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the ring where it is, or bring it to the pointer."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        off = event.position().x() - self._ring_x()
        on_ring = abs(off) <= theme_of(self).px(_RING)
        self._grip_px = off if on_ring else 0.0
        if not on_ring:
            self._drag_to(event.position().x())
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the hand."""
        if self._grip_px is not None:
            self._drag_to(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The hand lets go."""
        if self._grip_px is not None and event.button() == Qt.MouseButton.LeftButton:
            self._grip_px = None
            self._commit()
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Groove, the part up to the ring in the role's color, and the ring."""
        theme = theme_of(self)
        with QPainter(self) as p:
            paint_groove(p, self, theme, self._role, self._ring_x(), ringed=self._ringed(), held=self.dragging)

    def _ring_x(self) -> float:
        reach = theme_of(self).px(_RING)
        return reach + self._scale.place(self._number) * (self.width() - 2 * reach)

    def _drag_to(self, x: float) -> None:
        reach = theme_of(self).px(_RING)
        room = max(self.width() - 2 * reach, 1)
        self._propose(self._scale.number((x - (self._grip_px or 0.0) - reach) / room))

    def _ringed(self) -> bool:
        return self._has_keys and self.hasFocus()

    def _after(self, event: QKeyEvent) -> float | None:
        return number_after(event, self._scale, self._number)

    def _tick(self) -> int:
        return round(self._scale.place(self._number) * _TICKS)

    def _propose(self, number: float) -> None:
        if number != self._number:
            self._unsettled = True
            self.set_number(number)
            self.changed.emit(number)

    def _commit(self) -> None:
        if self._unsettled:
            self._unsettled = False
            self.committed.emit(self._number)

    def _moved_from_outside(self, tick: int) -> None:
        """A screen reader moves the QSlider itself."""
        if tick != self._tick():
            self._propose(self._scale.number(tick / _TICKS))
            self._commit()


def number_after(event: QKeyEvent, scale: NumberScale, number: float) -> float | None:
    """The number that a key leads to from `number`; None for a key that means nothing to a slider."""
    if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
        return None
    match event.key():
        case Qt.Key.Key_Right | Qt.Key.Key_Up:
            return scale.moved(number, 1)
        case Qt.Key.Key_Left | Qt.Key.Key_Down:
            return scale.moved(number, -1)
        case Qt.Key.Key_PageUp:
            return scale.paged(number, 1)
        case Qt.Key.Key_PageDown:
            return scale.paged(number, -1)
        case Qt.Key.Key_Home:
            return scale.number(0.0)
        case Qt.Key.Key_End:
            return scale.number(1.0)
    return None


def paint_groove(p: QPainter, groove: QWidget, theme: Theme, role: Role, ring_x: float, *, ringed: bool, held: bool) -> None:
    """Groove, the part up to the ring in the role's color, and the ring; `ringed` adds the focus ring."""
    active = groove.isEnabled()
    color = theme.color(role if active else "faint")
    middle, thick = groove.height() / 2, theme.px(4)
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(theme.color("line"))
    p.drawRoundedRect(QRectF(0, middle - thick / 2, groove.width(), thick), thick / 2, thick / 2)
    p.setBrush(color)
    p.drawRoundedRect(QRectF(0, middle - thick / 2, ring_x, thick), thick / 2, thick / 2)
    grown = theme.px(1) if active and (held or groove.underMouse()) else 0
    width = 2.5 * theme.scale
    radius = theme.px(_RING - 2) - width / 2 + grown
    p.setPen(QPen(color, width))
    p.setBrush(theme.color("panel"))
    p.drawEllipse(QPointF(ring_x, middle), radius, radius)
    if ringed:
        p.setPen(QPen(theme.color("ink"), 1.5 * theme.scale))
        p.setBrush(Qt.BrushStyle.NoBrush)
        outer = theme.px(_RING) - 1.5 * theme.scale / 2
        p.drawEllipse(QPointF(ring_x, middle), outer, outer)
