# SPDX-License-Identifier: MIT
"""The look of the app: colors by role, type, icons and the style sheet. `apply` one theme; `theme_of` finds it again.

`ui.theme.colormap` stands apart, for it needs pyqtgraph.
"""

from ui.theme.fonts import load_fonts
from ui.theme.icons import icon, icon_names
from ui.theme.look import PROJECTOR_SCALE, RADIUS, TextStyle, Theme, theme
from ui.theme.roles import CLASSES, Role, ThemeName
from ui.theme.sheet import apply, stylesheet, theme_of

__all__ = [
    "CLASSES",
    "PROJECTOR_SCALE",
    "RADIUS",
    "Role",
    "TextStyle",
    "Theme",
    "ThemeName",
    "apply",
    "icon",
    "icon_names",
    "load_fonts",
    "stylesheet",
    "theme",
    "theme_of",
]
