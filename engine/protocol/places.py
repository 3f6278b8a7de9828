# SPDX-License-Identifier: MIT
"""Where the files that come with the app lie."""

from __future__ import annotations

from pathlib import Path


def resources() -> Path:
    """The folder `resources`: beside `engine` in the checkout, in an installation and in the frozen app alike."""
    # PyInstaller gives modules a __file__ inside its bundle, so the same relation holds there.
    return Path(__file__).parents[2] / "resources"
