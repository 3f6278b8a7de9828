# SPDX-License-Identifier: MIT
"""What is cut off or lies over its neighbor, measured on the widgets themselves."""

from __future__ import annotations

import re

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLabel, QWidget

from tests.ui.painted import crossings, outside, words_on
from ui.controls.buttons import Button, IconButton
from ui.controls.labels import ElidedLabel, PartsLabel
from ui.controls.transport import Figures
from ui.theme import theme_of
from ui.window import Window

_OF_OURS = re.compile(r"\d …$|^…$|^Warming up|^Building|wärmt|gebaut…")  #: what ends so because it is still going on


def faults(window: Window) -> list[str]:
    """Every fault of a window that can be seen now, in words."""
    return [*_overlaps(window), *_cuts(window)]


def painted_faults(window: Window) -> list[str]:
    """Of all words that are painted, whoever paints them: which end in “…”, lie over each other, or leave the window."""
    words = words_on(window)
    cut = [f"“{found.text}” is cut" for found in words if found.cut and not _OF_OURS.search(found.text)]
    return [*cut, *crossings(words), *outside(words, window)]


def place(widget: QWidget, window: QWidget) -> QRect:
    """The rectangle of a widget in the window."""
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def _overlaps(window: Window) -> list[str]:
    desk, found = window.desk, []
    rooms = (desk.bar, desk.timeline, desk.flow)
    groups = [_shown(room) for room in rooms]
    groups += [list(desk.panels.seen), [room for room in (desk.form, desk.panels, desk.reader) if room.isVisible()]]
    for group in groups:
        rects = [(_name(widget), place(widget, window)) for widget in group]
        found += [f"{name} leaves the window" for name, rect in rects if not window.rect().contains(rect)]
        found += [f"{a} lies over {b}" for k, (a, one) in enumerate(rects) for b, two in rects[k + 1 :] if one.intersects(two)]
    return found


def _cuts(window: Window) -> list[str]:
    """Words that find less room than they need. What is elided on purpose says the rest as its tooltip."""
    found = []
    for button in window.desk.findChildren(Button):
        least = button.minimumSizeHint() if button.minimumSizeHint().isValid() else button.sizeHint()
        if isinstance(button, IconButton):
            least = button.sizeHint()
        if _seen(button) and button.width() < least.width():
            found.append(f"“{button.text() or button.accessibleName()}” is cut: {button.width()} of {least.width()} pixels")
    for figures in window.desk.findChildren(Figures):
        wide = QFontMetrics(theme_of(figures).font(figures._style)).horizontalAdvance(figures.text)
        if _seen(figures) and wide > figures.width():
            found.append(f"“{figures.text}” is cut: {figures.width()} of {wide} pixels")
    for label in window.desk.findChildren(QLabel):
        if _seen(label) and label.text() and not label.wordWrap() and not isinstance(label, ElidedLabel | PartsLabel):
            wide = label.fontMetrics().horizontalAdvance(label.text())
            if wide > label.width():
                found.append(f"“{label.text()}” is cut: {label.width()} of {wide} pixels")
    return found


def _shown(room: QWidget) -> list[QWidget]:
    return [child for child in room.children() if isinstance(child, QWidget) and child.isVisible()]


def _seen(widget: QWidget) -> bool:
    return widget.isVisible() and not widget.visibleRegion().isEmpty()


def _name(widget: QWidget) -> str:
    return f"{type(widget).__name__} “{widget.accessibleName()}”"
