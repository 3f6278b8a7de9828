# SPDX-License-Identifier: MIT
"""The layers of a plane as check boxes in a row; where it is short, symbols lose their argument, then some chips their words.

What is not written stands in the tooltip.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QObject, QPoint, QRect, QSize, QSizeF, Signal
from PySide6.QtWidgets import QWidget

from ui.controls.segments import Chip
from ui.theme import Role, Theme

_GAP: Final = 6.0


class ChipRow(QObject):
    """One chip for each layer, children of the widget that shows them. A layer that comes back is as it was left."""

    changed = Signal()  #: the user has switched a layer on or off

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._chips: dict[str, Chip] = {}
        self._shown: tuple[str, ...] = ()
        self._parent = parent
        self._full: dict[tuple[Theme, str], QSize] = {}
        self._laid: object = None  # what the chips were last laid out for

    @property
    def off(self) -> frozenset[str]:
        """The layers that are switched off."""
        return frozenset(name for name, chip in self._chips.items() if not chip.isChecked())

    def switch(self, name: str, on: bool) -> None:
        """Switch a layer; one that is not there yet comes as it is told here."""
        chip = self._chip(name, "ink")
        if chip.isChecked() != on:
            chip.setChecked(on)

    def toggle(self, index: int) -> None:
        """Switch the layer with this index, 0 the first; nothing happens where there is none."""
        if index < len(self._shown):
            self._chips[self._shown[index]].toggle()

    def show(self, layers: Mapping[str, Role]) -> None:
        """Offer these layers; a single one needs no switch."""
        names = tuple(layers) if len(layers) > 1 else ()
        if names == self._shown:
            return
        for name in names:
            self._chip(name, layers[name])
        for name, chip in self._chips.items():
            chip.setVisible(name in names)
        self._shown = names

    def size(self, theme: Theme) -> QSizeF:
        """The size of the row with all words written out; 0 × 0 where it is empty."""
        sizes = [self._full_size(theme, name) for name in self._shown]
        if not sizes:
            return QSizeF(0, 0)
        return QSizeF(sum(size.width() + theme.px(_GAP) for size in sizes) - theme.px(_GAP), sizes[0].height())

    def place(self, theme: Theme, room: QRect) -> None:
        """Lay the chips out from the left; the last of them say less until all fit, those switched off before others."""
        chips = {name: self._chips[name] for name in self._shown}
        laid = (theme, room.getRect(), self._shown, self.off)
        if laid == self._laid:
            return
        self._laid = laid
        gap = theme.px(_GAP)
        for name, chip in chips.items():
            chip.setText(_words(name))
        for form in (_symbol, lambda name: ""):
            narrow = sorted(chips, key=lambda name: (not chips[name].isChecked(), self._shown.index(name)))
            while narrow and sum(chip.sizeHint().width() + gap for chip in chips.values()) - gap > room.width():
                name = narrow.pop()
                chips[name].setText(form(name))
        x = room.left()
        for chip in chips.values():
            size = chip.sizeHint()
            chip.setGeometry(QRect(QPoint(x, room.center().y() - size.height() // 2), size))
            x += size.width() + gap

    def _full_size(self, theme: Theme, name: str) -> QSize:
        if (theme, name) not in self._full:
            chip = self._chips[name]
            words = chip.text()
            chip.setText(_words(name))
            self._full[theme, name] = chip.sizeHint()
            chip.setText(words)
        return self._full[theme, name]

    def _chip(self, name: str, role: Role) -> Chip:
        if name not in self._chips:
            chip = Chip(_words(name), role, f"Show or hide: {name}", parent=self._parent)
            chip.setAccessibleName(_words(name))
            chip.toggled.connect(self.changed)
            self._chips[name] = chip
        return self._chips[name]


def _symbol(name: str) -> str:
    """Of a symbol such as P(h|x) the letter; other names as they are."""
    return name[0] if name[1:2] == "(" else _words(name)


def _words(name: str) -> str:
    """A layer's name as it begins a line; a symbol of the lecture, such as h or g(h), stays one."""
    return name if len(name) == 1 or name[1] == "(" else name[:1].upper() + name[1:]
