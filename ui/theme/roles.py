# SPDX-License-Identifier: MIT
"""The one table of colors: every role of the screen, in the dark and in the light theme. No other file names a color."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

ThemeName = Literal["dark", "light"]
Role = Literal[
    "window", "panel", "raised", "plot",  # grounds
    "line", "grid",  # hairlines; decoration, never the only mark of something
    "ink", "soft", "faint",  # text, and neutral marks
    "data", "learned", "exact", "noise", "prior",  # what a curve, a point or a symbol stands for
    "accent", "on_accent",  # what runs or is picked, and the glyph on it
    "alert",  # a refused value, a failed run
]  # fmt: skip

_TABLE: Final[Mapping[Role, tuple[str, str]]] = MappingProxyType({
    # role        dark       light
    "window":    ("#0E1320", "#F4F6FA"),
    "panel":     ("#151B2B", "#FFFFFF"),
    "raised":    ("#1C2438", "#EEF1F7"),
    "plot":      ("#0B101B", "#FFFFFF"),
    "line":      ("#27314A", "#DCE1EC"),
    "grid":      ("#1B2336", "#EDF0F6"),
    "ink":       ("#E8ECF5", "#182033"),
    "soft":      ("#9AA6BF", "#5A667F"),
    "faint":     ("#8791AB", "#5F6A81"),
    "data":      ("#7C8BA8", "#7783A0"),
    "learned":   ("#F2B134", "#8F5A00"),
    "exact":     ("#5CC3F2", "#086FA5"),
    "noise":     ("#EE7A4B", "#BC4418"),
    "prior":     ("#3FC08F", "#0A7752"),
    "accent":    ("#F2B134", "#8F5A00"),
    "on_accent": ("#0E1320", "#FFFFFF"),
    "alert":     ("#FF6B7A", "#B3172B"),
})  # fmt: skip

#: On a washed-out projector the hairlines vanish and gray text is lost: each takes a stronger value of the same theme.
_PROJECTOR: Final[Mapping[Role, tuple[str, str]]] = MappingProxyType({
    "line":      ("#46557A", "#AEB8CC"),
    "grid":      ("#2A3550", "#D5DBE7"),
    "soft":      ("#C3CBDC", "#3A455C"),
    "faint":     ("#AAB4CA", "#465168"),
    "data":      ("#94A3C2", "#5F6B88"),
})  # fmt: skip

#: Okabe and Ito (2008), gray for their black, which no dark ground shows; the blue a touch lighter than #0072B2 so that
#: it keeps 3 : 1 on the raised ground. The last two are chosen to stay as far from the eight, in normal and in
#: color-blind sight, as the eight are from each other. On white grounds each mark has an outline, `Theme.outline`.
CLASSES: Final[tuple[str, ...]] = (
    "#0073B4", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442", "#BBBBBB", "#A259F7", "#96E9D2",
)  # fmt: skip


def colors_of(name: ThemeName, *, projector: bool = False) -> Mapping[Role, str]:
    """The color of every role, as "#RRGGBB"."""
    column = 0 if name == "dark" else 1
    table = {**_TABLE, **_PROJECTOR} if projector else _TABLE
    return MappingProxyType({role: pair[column] for role, pair in table.items()})
