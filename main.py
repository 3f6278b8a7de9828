# SPDX-License-Identifier: MIT
"""The one entry: the window, or one of the commands. `python main.py --help` lists them."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

from engine.protocol.arguments import Chapters, Doctor, Engine, Read, Render, Schema, Sweep, Train, Window, parse
from engine.protocol.console import tidily


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line asks; returns the exit code."""
    return tidily(lambda: _dispatch(sys.argv[1:] if argv is None else argv))


def _dispatch(argv: Sequence[str]) -> int:
    # Each command imports its own: the window never loads torch, the commands never load Qt.
    match parse(argv):
        case Window() as options:
            gc.disable()  # it would look through all that is being loaded, again and again; `Collector` takes over
            from ui import launch

            return launch.open_window(options) if options.play is None else launch.play(options)
        case Train() as options:
            from engine.commands import train

            return train.main(options)
        case Sweep() as options:
            from engine.commands import sweep

            return sweep.main(options)
        case Chapters() as options:
            from engine.commands import chapters

            return chapters.main(options)
        case Schema() as options:
            from engine.commands import schema

            return schema.main(options)
        case Doctor() as options:
            from engine.commands import doctor

            return doctor.main(options)
        case Engine() as options:
            from engine.commands import engine

            return engine.main(options)
        case Read() as options:
            from engine.commands import read

            return read.main(options)
        case Render() as options:
            from ui.exporting import render

            return render.main(options)


if __name__ == "__main__":
    sys.exit(main())
