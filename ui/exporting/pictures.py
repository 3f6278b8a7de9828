# SPDX-License-Identifier: MIT
"""A widget as it stands on the screen, larger: PNG, SVG, or on the clipboard."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRect, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication, QWidget

from ui.runfile import replacing

SCALES: Final = (2, 4)
TITLE: Final = "Attractor"


def image_of(widget: QWidget, scale: float = 1.0) -> QImage:
    """The widget painted anew at `scale` times its size: lines and letters are sharp, not stretched."""
    image = QImage(widget.size() * scale, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as p:
        widget.render(p, QPoint())
    return image


def png_of(widget: QWidget, scale: float) -> bytes:
    """The widget as the bytes of a PNG."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image_of(widget, scale).save(buffer, "PNG")  # type: ignore[call-overload]  # its stub knows file names only
    return bytes(data.data())


def svg_of(widget: QWidget) -> bytes:
    """The widget as the bytes of an SVG."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(widget.size())
    generator.setViewBox(QRect(QPoint(), widget.size()))
    generator.setTitle(TITLE)
    with QPainter(generator) as p:
        widget.render(p, QPoint())
    return bytes(data.data())


def write_picture(widget: QWidget, file: Path, scale: float = 2.0) -> None:
    """Write .png or .svg, whole or not at all. Raises RunFileError."""
    data = svg_of(widget) if file.suffix.lower() == ".svg" else png_of(widget, scale)
    with replacing(file) as fresh:
        fresh.write_bytes(data)


def copy_picture(widget: QWidget) -> None:
    """Put the widget on the clipboard, twice as large."""
    QApplication.clipboard().setImage(image_of(widget, SCALES[0]))
