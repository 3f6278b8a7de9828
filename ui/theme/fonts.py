# SPDX-License-Identifier: MIT
"""The typeface that comes with the app, so that every machine shows the same lines and the same widths."""

from __future__ import annotations

from functools import cache
from typing import Final

from PySide6.QtGui import QFontDatabase

from engine.protocol.places import resources

FAMILY: Final = "Inter"


@cache
def load_fonts() -> bool:
    """Make Inter (Regular, Medium, SemiBold; OFL) known to Qt; False where a file cannot be read.

    Needs a QGuiApplication. Without the files Qt takes the system's own sans-serif, and the app goes on.
    """
    return all(QFontDatabase.addApplicationFont(str(file)) >= 0 for file in sorted((resources() / "fonts").glob("*.otf")))
