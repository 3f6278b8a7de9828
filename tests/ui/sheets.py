# SPDX-License-Identifier: MIT
"""A sheet for each chapter: all of its panels side by side, as the views draw a frame that was stored after its steps."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from engine.protocol.chapter import Chapter, Place
from engine.protocol.chapters import chapters
from engine.protocol.messages import Frame
from engine.protocol.places import resources
from engine.protocol.wire import decode_report, encode
from ui.reel import Moment, Reel
from ui.theme import ThemeName, apply, theme
from ui.views import VIEW_FOR

THEMES: Final[tuple[ThemeName, ...]] = ("dark", "light")
CHAPTERS: Final = {chapter.key: chapter for chapter in chapters([resources() / "chapters"])}
FOLDER: Final = Path(__file__).parent / "references"
WIDE: Final = 1200  #: of a sheet, in pixels
STAGES, BELOW = 420, 220  #: heights of its rows
IN_ROW: Final = 4  #: small panels
SHRINK: Final = 2  #: references are half as large: that is enough to see what is wrong, and a quarter of the bytes

Pixels = NDArray[np.uint8]  # (h, w, 3)


def stored(key: str) -> Frame:
    """The stored frame of a chapter. Raises OSError where there is none."""
    frame = decode_report(gzip.decompress(file_of(key).read_bytes()))
    assert isinstance(frame, Frame)
    return frame


def store(frame: Frame, key: str) -> None:
    """Keep a frame."""
    FOLDER.mkdir(exist_ok=True)
    file_of(key).write_bytes(gzip.compress(encode(frame), mtime=0))


def file_of(key: str) -> Path:
    """Where a chapter's frame lies."""
    return FOLDER / f"{key}.frame.gz"


def reference_of(key: str, name: ThemeName) -> Path:
    """Where a chapter's sheet lies."""
    return FOLDER / f"{key}-{name}.png"


def fitting(chapter: Chapter) -> tuple[Place, ...]:
    """The panels of a chapter that show its own data; others wait until data are chosen that they fit."""
    return tuple(place for place in chapter.panels if place.probe.misfit(chapter.experiment.data.shape) is None)


def places(chapter: Chapter) -> dict[str, QRect]:
    """Where each panel stands on the sheet: the stages in the first row, below them the small ones."""
    stages = [place.key for place in fitting(chapter) if place.place == "stage"]
    below = [place.key for place in fitting(chapter) if place.place != "stage"]
    found = {key: QRect(k * WIDE // len(stages), 0, WIDE // len(stages), STAGES) for k, key in enumerate(stages)}
    wide = WIDE // min(IN_ROW, max(1, len(below)))
    for k, key in enumerate(below):
        found[key] = QRect(k % IN_ROW * wide, STAGES + k // IN_ROW * BELOW, wide, BELOW)
    return found


def draw(app: QApplication, chapter: Chapter, frame: Frame, name: ThemeName) -> QImage:
    """The sheet of a chapter, SHRINK times smaller than on the screen."""
    apply(app, theme(name))
    reel = Reel()
    reel.add(frame)
    moment, rects = reel.now(), places(chapter)
    assert moment is not None
    size = QRect()
    for rect in rects.values():
        size |= rect
    sheet = QImage(size.size(), QImage.Format.Format_RGB888)
    sheet.fill(Qt.GlobalColor.gray)
    for place in fitting(chapter):
        _draw_panel(sheet, place, rects[place.key], moment)
    flags = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    return sheet.scaled(sheet.width() // SHRINK, sheet.height() // SHRINK, *flags)


def _draw_panel(sheet: QImage, place: Place, rect: QRect, moment: Moment) -> None:
    view = VIEW_FOR[place.probe.payload](place.panel)
    view.resize(rect.size())
    view.show()
    view.show_picture(moment.pictures.get(place.key), moment.past)
    picture = view.grab()  # before anything is painted on the sheet: a view may fail
    assert not view.fault, f"{place.key}: {view.fault}"
    with QPainter(sheet) as p:
        p.drawPixmap(rect.topLeft() + QPoint(1, 1), picture, QRect(0, 0, rect.width() - 1, rect.height() - 1))
    view.close()
    view.deleteLater()


def pixels(image: QImage) -> Pixels:
    """An image as an array."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).copy()


def differences(one: Pixels, other: Pixels, chapter: Chapter, more: int) -> dict[str, float]:
    """For each panel the share of its pixels in which two sheets differ by more than so many of 255."""
    far = np.abs(one.astype(np.int16) - other).max(axis=2) > more
    found = {}
    for key, rect in places(chapter).items():
        box = [edge // SHRINK for edge in (rect.top(), rect.bottom() + 1, rect.left(), rect.right() + 1)]
        found[key] = float(far[box[0] : box[1], box[2] : box[3]].mean())
    return found
