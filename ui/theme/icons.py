# SPDX-License-Identifier: MIT
"""Line icons in any color. Qt's style sheets and icons can only name files, so each tint becomes files in memory."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path
from typing import Final

from PySide6.QtCore import qRegisterResourceData
from PySide6.QtGui import QColor, QIcon

from engine.protocol.places import resources

_FOLDER: Final = "tint"
_ROOT, _IS_FOLDER = "", 0x02


def _files() -> list[Path]:
    return sorted((resources() / "icons").glob("*.svg"))


@cache
def icon_names() -> frozenset[str]:
    """The names of the icons that come with the app."""
    return frozenset(file.stem for file in _files())


def icon_path(name: str, color: str) -> str:
    """A Qt resource path of the tinted icon, for `url(…)` in a style sheet. ValueError where there is no such icon."""
    if name not in icon_names():
        raise ValueError(f"there is no icon named {name!r}")
    shade = color.removeprefix("#").lower()
    _register(shade)
    return f":/{_FOLDER}/{shade}/{name}.svg"


def icon(name: str, color: QColor | str, disabled: QColor | str | None = None) -> QIcon:
    """An icon in one color, drawn from its SVG at any size and pixel ratio. ValueError where there is no such icon."""
    found = QIcon(icon_path(name, QColor(color).name()))
    if disabled is not None:
        # Without a file of its own, Qt would gray the icon by a formula that no theme knows.
        found.addFile(icon_path(name, QColor(disabled).name()), mode=QIcon.Mode.Disabled)
    return found


@cache
def _register(shade: str) -> tuple[bytes, bytes, bytes]:
    """Hand all icons in one tint to Qt's resource system; the cache keeps alive the bytes that Qt only points to."""
    tint = f"#{shade}".encode("ascii")
    files = {file.name: file.read_bytes().replace(b"currentColor", tint) for file in _files()}
    parts = _resource_parts((_FOLDER, shade), files)
    qRegisterResourceData(1, *parts)
    return parts


def _resource_parts(folders: tuple[str, ...], files: dict[str, bytes]) -> tuple[bytes, bytes, bytes]:
    """Tree, names and data of a Qt resource, format 1, as `rcc` writes them: folders in each other, files in the last.

    A name is (length, hash, UTF-16); a folder points to its first child; children are sorted by hash, for Qt looks
    them up by bisection.
    """
    tree, names, data = bytearray(), bytearray(), bytearray()

    def name_offset(name: str) -> int:
        offset = len(names)
        names.extend(struct.pack(">HI", len(name), _name_hash(name)) + name.encode("utf-16-be"))
        return offset

    for depth, folder in enumerate((_ROOT, *folders)):
        children = 1 if depth < len(folders) else len(files)
        tree += struct.pack(">IHII", name_offset(folder) if folder else 0, _IS_FOLDER, children, depth + 1)
    for name in sorted(files, key=_name_hash):
        tree += struct.pack(">IHHHI", name_offset(name), 0, 0, 1, len(data))
        data += struct.pack(">I", len(files[name])) + files[name]
    return bytes(tree), bytes(names), bytes(data)


def _name_hash(name: str) -> int:
    """Qt's hash of a resource name (qt_hash in qhash.cpp, the PJW hash of the ELF format)."""
    value = 0
    for unit in name.encode("ascii"):
        value = (value << 4) + unit
        value ^= (value & 0xF0000000) >> 23
        value &= 0x0FFFFFFF
    return value
