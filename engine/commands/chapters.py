# SPDX-License-Identifier: MIT
"""`chapters`: a line `KEY  title` for each chapter that can be read."""

from __future__ import annotations

from engine.protocol.arguments import Chapters
from engine.protocol.console import REFUSED, say
from engine.protocol.library import shelf


def main(options: Chapters) -> int:
    """Print the chapters by number; those that cannot be read are named on stderr, and the exit code is then 2."""
    found, refused = shelf()
    width = max((len(chapter.key) for chapter in found), default=0)
    for chapter in found:
        print(f"{chapter.key:{width}}  {chapter.title}")
    for error in refused:
        say(f"attractor: {error}")
    return REFUSED if refused else 0
