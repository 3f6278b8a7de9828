# SPDX-License-Identifier: MIT
"""Where things lie: the files that come with the app, the user's own, and the app itself."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from engine.protocol.version import APP


def resources() -> Path:
    """The folder `resources`: beside `engine` in the checkout, in an installation and in the frozen app alike."""
    # PyInstaller gives modules a __file__ inside its bundle, so the same relation holds there.
    return Path(__file__).parents[2] / "resources"


def licenses() -> Path:
    """The folder of the texts of all that the frozen app is made of; in a checkout it does not exist."""
    return resources().parent / "LICENSES"


def own_package() -> str:
    """What pip takes to install this very version elsewhere: the wheel of the frozen app, the checkout, or name and version."""
    beside = resources().parent
    wheel = next((beside / "wheels").glob("attractor-*.whl"), None)
    if wheel is not None:
        return str(wheel)
    return str(beside) if (beside / "pyproject.toml").is_file() else f"attractor=={APP}"


def user_folder() -> Path:
    """The user's own folder for this app, by the custom of the platform; it may not exist yet."""
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "attractor"


def own_chapters() -> Path:
    """The folder of the user's own chapters."""
    return user_folder() / "chapters"


def own_command() -> list[str]:
    """The words that start this app once more; a command of it follows them (`engine`, `read FILE`, …)."""
    if getattr(sys, "frozen", False):
        # The window's own program has no standard streams on Windows; the other one of the folder has.
        return [str(Path(sys.executable).with_stem("attractor-cli"))]
    return [sys.executable, str(Path(__file__).parents[2] / "main.py")]
