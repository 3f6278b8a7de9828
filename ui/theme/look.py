# SPDX-License-Identifier: MIT
"""A theme: colors by role, type by style, and one scale for every length. Frozen; painting is a function of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal

from PySide6.QtGui import QColor, QFont

from ui.theme.fonts import FAMILY
from ui.theme.roles import CLASSES, Role, ThemeName, colors_of

PROJECTOR_SCALE: Final = 1.6
RADIUS: Final = 9.0  #: corners, in pixels at scale 1

TextStyle = Literal["section", "caption", "body", "strong", "heading", "reading", "counter", "number", "title"]

#: style: pixels at scale 1, weight
_TYPE: Final[Mapping[TextStyle, tuple[float, QFont.Weight]]] = MappingProxyType({
    "section":  (11.0, QFont.Weight.DemiBold),
    "caption":  (12.0, QFont.Weight.Normal),
    "body":     (13.0, QFont.Weight.Normal),
    "strong":   (13.0, QFont.Weight.DemiBold),
    "heading":  (14.0, QFont.Weight.DemiBold),
    "reading":  (15.0, QFont.Weight.Normal),
    "counter":  (17.0, QFont.Weight.DemiBold),
    "number":   (20.0, QFont.Weight.DemiBold),
    "title":    (20.0, QFont.Weight.DemiBold),
})  # fmt: skip


@dataclass(frozen=True)
class Theme:
    """How everything looks: a name, the colors by role, the type sizes in pixels, and the scale of all lengths."""

    name: ThemeName
    scale: float
    colors: Mapping[Role, str] = field(compare=False)
    sizes: Mapping[TextStyle, int] = field(compare=False)

    @property
    def projecting(self) -> bool:
        """Whether this is the large, high-contrast variant for the beamer."""
        return self.scale > 1.0

    def color(self, role: Role, alpha: float = 1.0) -> QColor:
        """The color of a role; `alpha` 0 … 1."""
        color = QColor(self.colors[role])
        color.setAlphaF(alpha)
        return color

    def text(self, role: Role) -> str:
        """The color of words and symbols that stand for a role, as "#RRGGBB": 4.5 : 1, where a mark needs only 3 : 1."""
        return self.colors["soft" if role == "data" else role]

    def px(self, length: float) -> int:
        """A length given in pixels at scale 1, in whole pixels of this theme; a length above 0 never vanishes."""
        return max(round(length * self.scale), 1 if length > 0 else 0)

    def font(self, style: TextStyle) -> QFont:
        """The font of a text style, its figures all of one width."""
        font = QFont(FAMILY)
        font.setPixelSize(self.sizes[style])
        font.setWeight(_TYPE[style][1])
        font.setFeature(QFont.Tag("tnum"), 1)
        if style == "section":
            font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, self.px(1))
        return font

    def class_color(self, label: int) -> QColor:
        """The color of a class; labels beyond the tenth start again."""
        return QColor(CLASSES[label % len(CLASSES)])

    @property
    def outline(self) -> QColor | None:
        """The thin ink outline of a class mark, which pale classes need on white; None on dark grounds."""
        return self.color("ink", 0.75) if self.name == "light" else None


@lru_cache
def theme(name: ThemeName = "dark", *, projector: bool = False) -> Theme:
    """The dark or the light theme, for the desk or for the projector (type and lengths × 1.6, stronger grays)."""
    scale = PROJECTOR_SCALE if projector else 1.0
    sizes: dict[TextStyle, int] = {style: round(size * scale) for style, (size, _) in _TYPE.items()}
    return Theme(name, scale, colors_of(name, projector=projector), MappingProxyType(sizes))
