# SPDX-License-Identifier: MIT
"""The contents of the lecture: every chapter at a glance, one click away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from engine.protocol.chapter import Chapter
from ui.language import say
from ui.theme import RADIUS, Role, TextStyle, theme_of

_KEY: Final = Qt.ItemDataRole.UserRole
_NUMBER: Final = Qt.ItemDataRole.UserRole + 1
_FIRST: Final = Qt.ItemDataRole.UserRole + 2
_ROW: Final = 48  #: height of a chapter, in pixels at scale 1
_WIDTH: Final = 320
_SHOWN: Final = 12  #: chapters in sight without scrolling, where the screen is high enough


class ChapterList(QListWidget):
    """The chapters by number; the present one is lit. Click or Enter goes to one."""

    chosen = Signal(str)  #: the key of a chapter

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(_Row(self))
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setAccessibleName(say("Chapters"))
        self.itemClicked.connect(self._choose)

    def show_chapters(self, chapters: Sequence[Chapter], present: str) -> None:
        """List these chapters; `present` is the key of the one that is open."""
        self.clear()
        for chapter in chapters:
            item = QListWidgetItem(f"{chapter.number}  {chapter.title}", self)
            item.setData(_KEY, chapter.key)
            item.setData(_NUMBER, (str(chapter.number), chapter.title))
            item.setData(_FIRST, chapter.steps[0].title)
            if chapter.key == present:
                self.setCurrentItem(item)

    def open_at(self, place: QPoint) -> None:
        """Open as a menu whose upper left corner is at a place of the screen; it closes by itself."""
        self.setWindowFlags(Qt.WindowType.Popup)
        room, size = self.screen().availableGeometry(), self.sizeHint()
        x = max(room.left(), min(place.x(), room.left() + room.width() - size.width()))
        y = max(room.top(), min(place.y(), room.top() + room.height() - size.height()))
        self.setGeometry(x, y, size.width(), size.height())
        self.show()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def sizeHint(self) -> QSize:
        """Wide enough for a title, high enough for a lecture of twelve, but not beyond the screen."""
        theme = theme_of(self)
        rows = max(1, min(self.count(), _SHOWN))
        height = rows * theme.px(_ROW) + 2 * self.frameWidth() + 2
        return QSize(theme.px(_WIDTH), min(height, self.screen().availableGeometry().height() * 9 // 10))

    def changeEvent(self, event: QEvent) -> None:
        """A new theme has other sizes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()
            self.scheduleDelayedItemsLayout()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to the chapter that the arrow keys have reached."""
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self._choose(item)
        else:
            super().keyPressEvent(event)

    def _choose(self, item: QListWidgetItem) -> None:
        if self.windowFlags() & Qt.WindowType.Popup == Qt.WindowType.Popup:
            self.close()
        self.chosen.emit(item.data(_KEY))


class _Row(QStyledItemDelegate):
    """Number, title, and what the first step says, each in one line of plain text."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """All rows alike."""
        theme = theme_of(self._list())
        return QSize(theme.px(120), theme.px(_ROW))

    def paint(self, p: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Draw one chapter."""
        theme = theme_of(self._list())
        room: QRect = option.rect
        state: QStyle.StateFlag = option.state
        present = bool(state & QStyle.StateFlag.State_Selected)
        number, title = index.data(_NUMBER)
        gap, column = theme.px(10), theme.px(26)
        words = QRect(room.left() + gap + column + gap, room.top(), room.width() - column - 3 * gap, room.height() // 2)
        p.save()
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setPen(Qt.PenStyle.NoPen)
        inset, bar = theme.px(3), theme.px(3)
        ground = room.adjusted(inset, inset, -inset, -inset)
        if present or state & QStyle.StateFlag.State_MouseOver:
            p.setBrush(theme.color("raised"))
            p.drawRoundedRect(ground, theme.px(RADIUS), theme.px(RADIUS))
        if present:
            p.setBrush(theme.color("accent"))
            p.drawRoundedRect(QRect(ground.left(), ground.top() + bar * 2, bar, ground.height() - bar * 4), bar / 2, bar / 2)
        upper = words.adjusted(0, theme.px(4), 0, theme.px(2))
        lower = words.translated(0, words.height()).adjusted(0, -theme.px(2), 0, -theme.px(4))
        self._write(p, QRect(room.left() + gap, upper.top(), column, upper.height()), number, "body",
                    "accent" if present else "faint", Qt.AlignmentFlag.AlignRight)  # fmt: skip
        self._write(p, upper, title, "strong", "ink", Qt.AlignmentFlag.AlignLeft)
        self._write(p, lower, index.data(_FIRST), "caption", "soft", Qt.AlignmentFlag.AlignLeft)
        p.restore()

    def _write(self, p: QPainter, room: QRect, text: str, style: TextStyle, role: Role, side: Qt.AlignmentFlag) -> None:
        theme = theme_of(self._list())
        font = theme.font(style)
        p.setFont(font)
        p.setPen(theme.color(role))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        p.drawText(room, Qt.AlignmentFlag.AlignVCenter | side, shown)

    def _list(self) -> QWidget:
        parent = self.parent()
        assert isinstance(parent, QWidget)
        return parent
