# SPDX-License-Identifier: MIT
"""Formulas, set by ziamath as SVG in the theme's ink, the symbols that have a role in its color."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import Role, TextStyle, theme_of

_LARGER: Final = 1.2  #: STIX looks smaller than Inter at the same size
_WORD: Final = re.compile(r"_(\w{2,})")


@dataclass(frozen=True)
class Typeset:
    """A formula as a picture; lengths in pixels."""

    svg: bytes
    width: float
    height: float
    ascent: float  #: from its top down to the base line


def symbol_latex(symbol: str) -> str:
    r"""The LaTeX of a symbol as recipes declare it: "σ_ε" as it is, "M_hidd" with its word upright."""
    return _WORD.sub(r"_{\\mathrm{\1}}", symbol)


@lru_cache(maxsize=512)
def typeset(latex: str, size_px: float, ink: str, tints: tuple[tuple[str, str], ...] = (), *, bold: bool = False) -> Typeset:
    r"""Set a formula in one line; `tints` are pairs (LaTeX of a symbol, "#RRGGBB").

    ValueError where `latex` cannot be set; the reason is the cause.
    """
    # Here, for it takes 0.1 s, and a window without formulas should not wait.
    from ziamath.config import config
    from ziamath.zmath import Math

    config.svg2 = False  # QtSvg draws nothing where glyphs are shared by <symbol>
    try:
        tree = _mathml(latex)
        tree.set("mathcolor", ink)
        if bold:
            tree.set("mathvariant", "bold")
        for symbol, color in tints:
            _tint(tree, list(_content(_mathml(symbol))), color)
        picture = Math(tree, size=size_px).svgxml()
        _, top, width, height = (float(number) for number in picture.get("viewBox", "").split())
    except Exception as error:  # two libraries that read what people write raise whatever they please
        raise ValueError(f"this formula cannot be set: {latex}") from error
    return Typeset(ET.tostring(picture), width, height, -top)


def _mathml(latex: str) -> ET.Element:
    from ziamath.tex import tex2mml

    tree = ET.fromstring(tex2mml(latex, inline=False))
    for element in tree.iter():
        element.tag = element.tag.rpartition("}")[2]
    return tree


def _content(tree: ET.Element) -> Iterator[ET.Element]:
    """What stands in a formula, without the rows that only wrap it."""
    children = list(tree)
    if len(children) == 1 and children[0].tag == "mrow":
        return _content(children[0])
    return iter(children)


def _tint(tree: ET.Element, symbol: list[ET.Element], color: str) -> None:
    """Color each place where the elements of `symbol` follow each other."""
    for parent in list(tree.iter()):
        children = list(parent)
        for start in range(len(children) - len(symbol) + 1):
            if all(_same(a, b) for a, b in zip(symbol, children[start:], strict=False)):
                for child in children[start : start + len(symbol)]:
                    child.set("mathcolor", color)
        # σ_ε is to be found in σ_ε², which MathML writes as one element of three
        if parent.tag == "msubsup" and len(symbol) == 1 and symbol[0].tag == "msub":
            pairs = list(zip(symbol[0], parent, strict=False))
            if all(_same(a, b) for a, b in pairs):
                for _, child in pairs:
                    child.set("mathcolor", color)


def _same(a: ET.Element, b: ET.Element) -> bool:
    return (
        (a.tag, a.text, a.get("mathvariant"), len(a)) == (b.tag, b.text, b.get("mathvariant"), len(b))
        and all(_same(x, y) for x, y in zip(a, b, strict=True))
    )  # fmt: skip


class Formula(QWidget):
    r"""One formula; `roles` colors its symbols, such as {r"\eta": "learned"}.

    `inline` makes it a bold symbol with the height and base line of text in `style`, to stand beside a label. Where
    there is less room than it needs, it shrinks; LaTeX that cannot be set is shown as it was written.
    """

    def __init__(
        self,
        latex: str = "",
        roles: Mapping[str, Role] | None = None,
        *,
        style: TextStyle = "title",
        ink: Role = "ink",
        inline: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._latex, self._roles = latex, dict(roles or {})
        self._style, self._ink, self._inline = style, ink, inline
        self._renderer = QSvgRenderer(self)
        self._loaded: Typeset | None = None
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(latex)

    def set_latex(self, latex: str, roles: Mapping[str, Role] | None = None) -> None:
        """Show another formula; without `roles` the symbols keep theirs."""
        self._latex = latex
        if roles is not None:
            self._roles = dict(roles)
        self.setAccessibleName(latex)
        self.updateGeometry()
        self.update()

    def set_ink(self, ink: Role) -> None:
        """Show the formula in the color of another role."""
        self._ink = ink
        self.update()

    def sizeHint(self) -> QSize:
        """The size at which nothing is shrunk."""
        found = self._typeset()
        metrics = QFontMetricsF(theme_of(self).font(self._style))
        if found is None:
            return QSize(int(metrics.horizontalAdvance(self._latex)) + 2, int(metrics.height()) + 1)
        return QSize(int(found.width) + 1, int(metrics.height() if self._inline else found.height) + 1)

    def minimumSizeHint(self) -> QSize:
        """Half the width, for a formula may shrink."""
        size = self.sizeHint()
        return QSize(size.width() if self._inline else size.width() // 2, size.height())

    def changeEvent(self, event: QEvent) -> None:
        """A new theme has other sizes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the formula, left and on the base line where it is inline, else centered in the height."""
        theme, found = theme_of(self), self._typeset()
        with QPainter(self) as p:
            if found is None:
                p.setFont(theme.font("body"))
                p.setPen(theme.color("faint"))
                words = p.fontMetrics().elidedText(self._latex, Qt.TextElideMode.ElideRight, self.width())
                p.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, words)
                return
            if found is not self._loaded:
                self._renderer.load(found.svg)
                self._loaded = found
            self._renderer.render(p, self._place(found))

    def _place(self, found: Typeset) -> QRectF:
        shrink = min(1.0, self.width() / found.width, self.height() / found.height if not self._inline else 1.0)
        width, height = found.width * shrink, found.height * shrink
        if self._inline:
            metrics = QFontMetricsF(theme_of(self).font(self._style))
            base = (self.height() - metrics.height()) / 2 + metrics.ascent()
            return QRectF(0, base - found.ascent * shrink, width, height)
        return QRectF(0, (self.height() - height) / 2, width, height)

    def _typeset(self) -> Typeset | None:
        if not self._latex:
            return None  # nothing to set, and nothing to load ziamath for
        theme = theme_of(self)
        tints = tuple((symbol_latex(symbol), theme.text(role)) for symbol, role in self._roles.items())
        ink = theme.text(self._ink if self.isEnabled() else "faint")
        try:
            return typeset(self._latex, theme.sizes[self._style] * _LARGER, ink, tints, bold=self._inline)
        except ValueError:
            return None
