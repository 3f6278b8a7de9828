# SPDX-License-Identifier: MIT
"""The layers of a plane as check boxes in a row. Where it is short they are smaller, then stand in two rows where the widget
is high enough; then symbols lose their argument, words are left out, and at last chips.

What is not written stands in the tooltip.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QObject, QPoint, QRect, QSize, QSizeF, Signal
from PySide6.QtWidgets import QWidget

from ui.controls.segments import Chip
from ui.theme import Role, Theme

_GAP: Final = 6.0
_ROWS: Final = 2  #: at most


class ChipRow(QObject):
    """One chip for each layer, children of the widget that shows them. A layer that comes back is as it was left."""

    changed = Signal()  #: the user has switched a layer on or off

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._chips: dict[str, Chip] = {}
        self._shown: tuple[str, ...] = ()
        self._parent = parent
        self._small = False
        self._full: dict[tuple[Theme, str, bool], QSize] = {}
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

    def size(self, theme: Theme, wide: float, small: bool = False) -> QSizeF:
        """The room that all words need: a row, or two where `wide` is too narrow for one; 0 × 0 where there is nothing.

        Small chips are for low widgets, which have no second row.
        """
        self._small = small
        sizes = [self._full_size(theme, name, small) for name in self._shown]
        if not sizes:
            return QSizeF(0, 0)
        gap, high = theme.px(_GAP), sizes[0].height()
        row = sum(size.width() + gap for size in sizes) - gap
        tight = [self._full_size(theme, name, True) for name in self._shown]
        if small or len(_rows([size.width() for size in tight], wide, gap)) == 1:
            return QSizeF(row, high)
        return QSizeF(wide, _ROWS * (tight[0].height() + gap) - gap)

    def place(self, theme: Theme, room: QRect) -> None:
        """Lay the chips out from the left: smaller ones where they do not fit, and then such as say less, the last first."""
        chips = {name: self._chips[name] for name in self._shown}
        laid = (theme, room.getRect(), self._shown, self.off, self._small)
        if laid == self._laid or not chips:
            return
        self._laid = laid
        gap = round(theme.px(_GAP))

        def rows() -> list[range]:
            return _rows([chip.sizeHint().width() for chip in chips.values()], room.width(), gap)

        most = 1
        for small in (self._small, True):
            for name, chip in chips.items():
                chip.set_small(small)
                chip.setText(_words(name))
            high = next(iter(chips.values())).sizeHint().height()
            if len(rows()) == 1:
                break
            most = _ROWS if not self._small and room.height() >= _ROWS * (high + gap) - gap else 1
        for form in (_symbol, _silent):
            # Those switched off say less before others do.
            narrow = sorted(chips, key=lambda name: (not chips[name].isChecked(), self._shown.index(name)))
            while narrow and len(rows()) > most:
                name = narrow.pop()
                chips[name].setText(form(name))
        shown = rows()[:most]
        for k, chip in enumerate(chips.values()):  # the keys 1 … 9 switch those too that find no room
            chip.setVisible(k < shown[-1].stop)
        self._stand(list(chips.values()), shown, room, gap)

    @staticmethod
    def _stand(chips: list[Chip], rows: list[range], room: QRect, gap: int) -> None:
        """Row by row, all rows together in the middle of the room's height."""
        high = chips[0].sizeHint().height()
        y = room.top() + (room.height() - len(rows) * (high + gap) + gap) // 2
        for row in rows:
            x = room.left()
            for chip in chips[row.start : row.stop]:
                chip.setGeometry(QRect(QPoint(x, y), chip.sizeHint()))
                x += chip.width() + gap
            y += high + gap

    def _full_size(self, theme: Theme, name: str, tight: bool) -> QSize:
        key = theme, name, tight
        if key not in self._full:
            chip = self._chips[name]
            words, small = chip.text(), chip.small
            chip.setText(_words(name))
            chip.set_small(tight)
            self._full[key] = chip.sizeHint()
            chip.set_small(small)
            chip.setText(words)
        return self._full[key]

    def _chip(self, name: str, role: Role) -> Chip:
        if name not in self._chips:
            chip = Chip(_words(name), role, f"Show or hide: {name}", parent=self._parent)
            chip.setAccessibleName(_words(name))
            chip.toggled.connect(self.changed)
            self._chips[name] = chip
        return self._chips[name]


def _rows(widths: Sequence[float], wide: float, gap: float) -> list[range]:
    """Which stand in each row, if each takes as many as it has room for."""
    found, start, x = [], 0, 0.0
    for k, width in enumerate(widths):
        if k > start and x + width > wide:
            found.append(range(start, k))
            start, x = k, 0.0
        x += width + gap
    return [*found, range(start, len(widths))]


def _symbol(name: str) -> str:
    """Of a symbol such as P(h|x) the letter; other names as they are."""
    return name[0] if name[1:2] == "(" else _words(name)


def _silent(name: str) -> str:
    """No words: a dot in the layer's color."""
    return ""


def _words(name: str) -> str:
    """A layer's name as it begins a line; a symbol of the lecture, such as h or g(h), stays one."""
    return name if len(name) == 1 or name[1] == "(" else name[:1].upper() + name[1:]
