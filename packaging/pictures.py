# SPDX-License-Identifier: MIT
"""Draws the app's icon for Windows (.ico) and macOS (.icns), and writes Windows' version resource: `pictures.py FOLDER`."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Final

from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

ROOT: Final = Path(__file__).parents[1]
SIDES: Final = (16, 24, 32, 48, 64, 128, 256)
VERSION: Final = """\
VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0, OS=0x40004, fileType=1, subtype=0, date=(0, 0)),
  kids=[
    StringFileInfo([StringTable("040904B0", [
      StringStruct("CompanyName", "The Attractor authors"),
      StringStruct("FileDescription", "Attractor"),
      StringStruct("FileVersion", "{version}"),
      StringStruct("LegalCopyright", "MIT license"),
      StringStruct("ProductName", "Attractor"),
      StringStruct("ProductVersion", "{version}"),
    ])]),
    VarFileInfo([VarStruct("Translation", [0x0409, 1200])]),
  ],
)
"""


def drawn(side: int) -> Image.Image:
    """The icon, `side` pixels wide and high."""
    canvas = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    canvas.fill(0)
    with QPainter(canvas) as painter:
        QSvgRenderer(str(ROOT / "resources" / "attractor.svg")).render(painter)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    canvas.save(buffer, "PNG")
    return Image.open(io.BytesIO(bytes(buffer.data().data())))


def main(folder: Path) -> None:
    """Write attractor.ico, attractor.icns and version.txt."""
    sys.path.insert(0, str(ROOT))
    from engine.protocol.version import APP

    pictures = [drawn(side) for side in SIDES]
    pictures[-1].save(folder / "attractor.ico", sizes=[(side, side) for side in SIDES], append_images=pictures[:-1])
    drawn(1024).save(folder / "attractor.icns", append_images=[drawn(side) for side in (16, 32, 64, 128, 256, 512)])
    numbers = tuple([*map(int, APP.split(".")), 0][:4])
    (folder / "version.txt").write_text(VERSION.format(numbers=numbers, version=APP), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
