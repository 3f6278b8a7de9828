# SPDX-License-Identifier: MIT
"""The data sets as tiles with a picture each."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QWidget

from engine.protocol.places import resources
from engine.protocol.recipe.part import Data
from ui.controls.buttons import Button, IconButton, draw_pill
from ui.controls.fields import Field
from ui.theme import RADIUS, Role, theme_of

SIDE: Final = 36
COLUMNS: Final = 5
PICTURES: Final = resources() / "thumbnails"


class DataTile(Button):
    """One data set: its picture, or its name where there is none."""

    def __init__(self, data: type[Data], parent: QWidget | None = None) -> None:
        super().__init__("", f"{data.title}: {data.help} The network starts again; undo brings the old one back.", parent)
        self.setAccessibleName(data.title)
        self.name = str(data.__struct_config__.tag)
        self._title = data.title
        self.setCheckable(True)

    def sizeHint(self) -> QSize:
        """A square."""
        side = theme_of(self).px(SIDE)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, picture, and a colored edge where it is the chosen one."""
        theme = theme_of(self)
        picked = self.isChecked()
        edge: Role = "accent" if picked else "ink" if self.hasFocus() else "faint" if self.lit() else "line"
        with QPainter(self) as p:
            draw_pill(p, self.rect(), theme.px(RADIUS), theme.color("raised"), theme.color(edge), theme.px(2 if picked else 1))
            ink: Role = "ink" if picked or self.lit() else "soft"
            picture = thumbnail(self.name, theme.color(ink).name())
            if picture is not None:
                inset = theme.px(4)
                picture.render(p, QRectF(self.rect().adjusted(inset, inset, -inset, -inset)))
            else:
                p.setPen(theme.color(ink))
                p.setFont(theme.font("caption"))
                p.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._title[:6])


class DataShelf(Field):
    """The tiles in rows of five.

    A data set with a picture comes with the app and can be chosen at once; another has a tile only while it is played.
    """

    painting = Signal()  #: one's own points are wanted

    def __init__(self, kinds: tuple[type[Data], ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._grid = QGridLayout()
        self._tiles = {}
        for kind in kinds:
            tile = DataTile(kind, self)
            self._tiles[tile.name] = tile
            self._group.addButton(tile)
            tile.clicked.connect(lambda on, name=tile.name: self.settled.emit(name))
        self._paint = IconButton("brush", "Paint your own points, and train on them (Ctrl+D)")
        self._paint.clicked.connect(self.painting)
        self._grid.setColumnStretch(COLUMNS, 1)
        self._box.addLayout(self._grid)

    def show_value(self, value: Any) -> None:
        """The tile of the data set that is played."""
        self._tiles[value].setChecked(True)
        shown = [name for name in self._tiles if name == value or has_picture(name)]
        for name, tile in self._tiles.items():
            tile.setVisible(name in shown)
        for index, name in enumerate(shown):
            self._grid.addWidget(self._tiles[name], *divmod(index, COLUMNS))
        self._grid.addWidget(self._paint, *divmod(len(shown), COLUMNS), Qt.AlignmentFlag.AlignCenter)

    def _set_lengths(self) -> None:
        super()._set_lengths()
        for grid in self.findChildren(QGridLayout):
            grid.setSpacing(theme_of(self).px(6))


@lru_cache
def has_picture(name: str) -> bool:
    """Whether a picture of this data set comes with the app."""
    return (PICTURES / f"{name}.svg").is_file()


@lru_cache(maxsize=64)
def thumbnail(name: str, color: str) -> QSvgRenderer | None:
    """The picture of a data set in one color, or None where there is no file."""
    if not has_picture(name):
        return None
    file = PICTURES / f"{name}.svg"
    return QSvgRenderer(file.read_bytes().replace(b"currentColor", color.encode("ascii")))
