# SPDX-License-Identifier: MIT
"""Contact sheets: every chapter in a real window over a real engine that plays, side by side on one picture.

    python -m tests.contact --out DIR [--size 1280x800] [--theme light] [--language de] [--seconds 5] [--projector] [KEY ...]

Writes a PNG for each chapter and `sheet.png` with all of them. To be looked at, not compared: the figures depend on the clock.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from engine.protocol.arguments import Window as Options
from engine.protocol.library import shelf
from engine.protocol.messages import Built
from ui.appearance import Memory
from ui.language import LANGUAGES
from ui.launch import window_for
from ui.window import Window

COLUMNS = 3
PATIENCE_S = 180.0


def main() -> None:
    """Take the pictures."""
    asked = _asked()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication(["attractor"])
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="attractor-") as profile:
        memory = Memory(Path(profile))
        memory.keep("theme", asked.theme)
        memory.keep("language", asked.language)
        wide, high = (int(part) for part in asked.size.split("x"))
        options = Options(play=1.0, size=(wide, high), projector=asked.projector, threads=1)
        window = window_for(options, app, Path(profile))
        built: list[object] = []
        window.player.troupe.reported.connect(lambda event: built.append(event) if isinstance(event, Built) else None)
        window.show()
        try:
            _until(lambda: built)
            _sheet([_picture(window, key, asked) for key in asked.keys or _keys()]).save(str(asked.out / "sheet.png"))
        finally:
            window.close()


def _keys() -> list[str]:
    return [chapter.key for chapter in shelf()[0]]


def _picture(window: Window, key: str, asked: argparse.Namespace) -> QImage:
    """Open a chapter, let it play, and look."""
    window.lecture.open(key, asked.step)
    frames: list[object] = []
    window.player.framed.connect(frames.append)
    _until(lambda: frames)
    window.player.troupe.play()
    window.hands.release()
    _wait(asked.seconds)
    if asked.pause:
        window.player.troupe.pause()
        _wait(1.5)
    window.player.framed.disconnect(frames.append)
    image = window.grab().toImage()
    image.save(str(asked.out / f"{key}.png"))
    print(key, image.width(), image.height(), window.desk.bar.title.text(), flush=True)
    return image


def _sheet(images: list[QImage]) -> QImage:
    small = [image.scaledToWidth(960, Qt.TransformationMode.SmoothTransformation) for image in images]
    wide, high = small[0].width(), small[0].height()
    columns = min(COLUMNS, len(small))
    sheet = QImage(columns * wide, -(-len(small) // columns) * high, QImage.Format.Format_RGB32)
    sheet.fill(Qt.GlobalColor.gray)
    with QPainter(sheet) as p:
        for index, image in enumerate(small):
            row, column = divmod(index, columns)
            p.drawImage(column * wide, row * high, image)
    return sheet


def _until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise SystemExit("the engine does not answer")
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)


def _wait(seconds: float) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, max(int(left * 1000), 1))
        time.sleep(0.002)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--theme", choices=("dark", "light"), default="dark")
    parser.add_argument("--language", choices=tuple(LANGUAGES), default="en")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--step", type=int, default=0)
    parser.add_argument("--projector", action="store_true")
    parser.add_argument("--pause", action="store_true", help="pause before the picture is taken")
    parser.add_argument("keys", nargs="*", metavar="KEY")
    return parser.parse_args()


if __name__ == "__main__":
    main()
