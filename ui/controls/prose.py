# SPDX-License-Identifier: MIT
"""Running text of the lecture: paragraphs, lists, marked and colored words, wrapped to any width, never cut off.

The text reaches the screen as words with formats, not as HTML: there is nothing in it that Qt could interpret.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QPainter,
    QPaintEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextListFormat,
    QTextOption,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.protocol.prose import Block, Span, blocks
from ui.theme import Role, TextStyle, Theme, theme_of

_LINE_PERCENT: Final = 134.0
_LINE_PERCENT_TITLE: Final = 116.0


class Prose(QWidget):
    """Text in one style and ink; it asks for the height that its width makes necessary."""

    def __init__(self, style: TextStyle, ink: Role = "ink", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style, self._ink = style, ink
        self._blocks: tuple[Block, ...] = ()
        self._zoom = 1.0
        self._theme: Theme | None = None  #: that the document was set in
        self._document = QTextDocument(self)
        self._document.setDocumentMargin(0)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._document.setDefaultTextOption(option)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_text(self, text: str) -> None:
        """Show a text in the marks of `engine.protocol.prose`."""
        self.set_blocks(blocks(text))

    def set_words(self, words: str) -> None:
        """Show words as they are, without any marks."""
        self.set_blocks((Block((Span(words),)),) if words else ())

    def set_blocks(self, shown: tuple[Block, ...]) -> None:
        """Show paragraphs; without any the widget hides."""
        self._blocks = shown
        self.setVisible(bool(shown))
        self.setAccessibleName("\n".join(block.text for block in shown))
        self._set()

    def set_zoom(self, zoom: float) -> None:
        """Show the words smaller than the present theme has them, to make room; 1 is the theme's own size."""
        if (zoom, theme_of(self)) != (self._zoom, self._theme):
            self._zoom = zoom
            self._set()

    def heightForWidth(self, width: int) -> int:
        """The height at which nothing is cut off."""
        self._document.setTextWidth(width)
        return round(self._document.size().height() + 0.5)

    def sizeHint(self) -> QSize:
        """As wide as it is now."""
        width = max(self.width(), theme_of(self).px(120))
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """It can become as narrow as a few letters, for words break where they must."""
        return QSize(theme_of(self).px(40), 0)

    def changeEvent(self, event: QEvent) -> None:
        """A new theme has other colors and sizes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._set()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text."""
        self._document.setTextWidth(self.width())
        context = QAbstractTextDocumentLayout.PaintContext()
        context.clip = QRectF(event.rect())
        with QPainter(self) as p:
            self._document.documentLayout().draw(p, context)

    def _set(self) -> None:
        """Fill the document anew with the words in the present theme."""
        theme = self._theme = theme_of(self)
        self._document.clear()
        self._document.setDefaultFont(self._font())
        self._document.setIndentWidth(theme.px(16))
        cursor = QTextCursor(self._document)
        for number, block in enumerate(self._blocks):
            if number:
                cursor.insertBlock()
            last = number == len(self._blocks) - 1
            self._begin(cursor, block, 0 if last else theme.px((3 if block.item else 10) * self._zoom))
            for span in block.spans:
                cursor.insertText(span.text, self._format(span))
        self.updateGeometry()
        self.update()

    def _begin(self, cursor: QTextCursor, block: Block, gap: int) -> None:
        paragraph = QTextBlockFormat()
        percent = _LINE_PERCENT_TITLE if self._style == "title" else _LINE_PERCENT
        paragraph.setLineHeight(percent, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        paragraph.setBottomMargin(gap)
        cursor.setBlockFormat(paragraph)
        if block.item:
            bullets = QTextListFormat()
            bullets.setStyle(QTextListFormat.Style.ListDisc)
            # A list of its own for each item keeps the gap between them that lists would take away.
            cursor.createList(bullets)
            cursor.mergeBlockFormat(paragraph)

    def _format(self, span: Span) -> QTextCharFormat:
        theme = theme_of(self)
        marked = QTextCharFormat()
        marked.setFont(self._font())
        marked.setForeground(theme.color(self._ink))
        if span.role is not None:
            marked.setForeground(QColor(theme.text(span.role)))
        if span.bold or span.role is not None:
            marked.setFontWeight(QFont.Weight.DemiBold)
        marked.setFontItalic(span.italic)
        if span.sub:
            marked.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSubScript)
        return marked

    def _font(self) -> QFont:
        font = theme_of(self).font(self._style)
        font.setPixelSize(round(font.pixelSize() * self._zoom))
        return font
