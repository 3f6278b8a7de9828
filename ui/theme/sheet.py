# SPDX-License-Identifier: MIT
"""From a theme to Qt: the style sheet, the palette, and how a widget finds the theme it stands in."""

from __future__ import annotations

import re
from string import Template
from typing import Final

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QWidget

from engine.protocol.places import resources
from ui.theme.fonts import FAMILY, load_fonts
from ui.theme.icons import icon_path
from ui.theme.look import Theme, theme
from ui.theme.roles import Role

_PROPERTY: Final = "theme"
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)u\b")
_ICON = re.compile(r"icon\(([\w-]+), (\w+)\)")


def stylesheet(theme: Theme) -> str:
    """The style sheet of a theme, from the template resources/styles/app.qss.

    There `$role` is a color, `$font_style` a font, `12u` a length at scale 1, `icon(name, role)` a tinted picture.
    KeyError or ValueError where the template names what the theme has not.
    """
    template = (resources() / "styles" / "app.qss").read_text(encoding="utf-8")
    words: dict[str, str] = {}
    words.update(theme.colors.items())
    for style, size in theme.sizes.items():
        words[f"font_{style}"] = f'{theme.font(style).weight().value} {size}px "{FAMILY}"'

    def picture(match: re.Match[str]) -> str:
        return f"url({icon_path(match[1], words[match[2]])})"

    text = _ICON.sub(picture, template)
    text = _LENGTH.sub(lambda match: f"{theme.px(float(match[1]))}px", text)
    return Template(text).substitute(words)


def apply(target: QApplication | QWidget, theme: Theme) -> None:
    """Give the whole application, or one window of it (the projector's), this theme."""
    load_fonts()
    if isinstance(target, QApplication) and target.property(_PROPERTY) is None:
        target.setStyle("Fusion")  # the same bones on every system, under the style sheet
    target.setProperty(_PROPERTY, theme)
    target.setPalette(_palette(theme))
    target.setFont(theme.font("body"))
    target.setStyleSheet(stylesheet(theme))


def theme_of(widget: QWidget) -> Theme:
    """The theme applied to the nearest ancestor of `widget`, else to the application, else the plain dark one."""
    at: QWidget | None = widget
    while at is not None:
        found = at.property(_PROPERTY)
        if isinstance(found, Theme):
            return found
        at = at.parentWidget()
    app = QApplication.instance()
    found = app.property(_PROPERTY) if app is not None else None
    return found if isinstance(found, Theme) else theme()


def _palette(theme: Theme) -> QPalette:
    """The palette for whatever the style sheet does not reach: links, placeholders, selections, native parts."""
    part = QPalette.ColorRole
    roles: dict[QPalette.ColorRole, Role] = {
        part.Window: "window", part.WindowText: "ink", part.Base: "panel", part.AlternateBase: "raised",
        part.Text: "ink", part.Button: "raised", part.ButtonText: "ink", part.BrightText: "alert",
        part.ToolTipBase: "raised", part.ToolTipText: "ink", part.PlaceholderText: "faint",
        part.Highlight: "accent", part.HighlightedText: "on_accent", part.Accent: "accent",
        part.Link: "exact", part.LinkVisited: "exact",
        part.Light: "raised", part.Midlight: "raised", part.Mid: "line", part.Dark: "line", part.Shadow: "window",
    }  # fmt: skip
    palette = QPalette()
    for slot, role in roles.items():
        palette.setColor(slot, theme.color(role))
    for slot in (part.WindowText, part.Text, part.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, slot, theme.color("faint"))
    return palette
