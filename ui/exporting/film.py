# SPDX-License-Identifier: MIT
"""Films: frames of a widget as GIF (Pillow) or MP4 (PyAV, the extra `movies`). Frames are written as they come."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtGui import QImage

from ui.runfile import RunFileError, replacing

if TYPE_CHECKING:
    from PIL import Image

TWIN: Final = 255  #: the place in a palette of a color that is there twice
MISSING: Final = "MP4 needs PyAV: install it with “pip install attractor[movies]”, or choose GIF"


def check(file: Path) -> None:
    """Raise RunFileError where a film of this kind cannot be made here."""
    if file.suffix.lower() not in (".gif", ".mp4"):
        raise RunFileError("a film is a .gif or an .mp4")
    if file.suffix.lower() == ".mp4" and importlib.util.find_spec("av") is None:
        raise RunFileError(MISSING)


def write_film(frames: Iterator[np.ndarray], fps: float, file: Path, going_on: Callable[[int], bool] = lambda _: True) -> bool:
    """Write frames (h, w, 3) uint8; `going_on` hears each number and may say no: then there is no file. Raises RunFileError."""
    check(file)
    write = _gif if file.suffix.lower() == ".gif" else _mp4
    try:
        with replacing(file) as fresh:
            write(_watched(frames, going_on), fps, fresh)
    except _Stopped:
        return False
    return True


class _Stopped(Exception):
    """Somebody asked for an end."""


def _watched(frames: Iterator[np.ndarray], going_on: Callable[[int], bool]) -> Iterator[np.ndarray]:
    number = 0
    for number, frame in enumerate(frames):
        if not going_on(number):
            raise _Stopped
        yield frame
    if not going_on(number + 1):  # whoever gives up gives no more frames
        raise _Stopped


def _gif(frames: Iterator[np.ndarray], fps: float, file: Path) -> None:
    pictures = _quantized(frames)
    first = next(pictures)
    length_ms = max(20, round(100 / fps) * 10)  # GIF counts hundredths of a second
    first.save(file, "GIF", save_all=True, append_images=pictures, duration=length_ms, loop=0, optimize=False)


def _quantized(frames: Iterator[np.ndarray]) -> Iterator[Image.Image]:
    """The frames in one palette, so that nothing flickers.

    Pillow joins a frame to the one before where they are equal, and then the count is wrong. So the commonest color stands in
    the palette twice, and of two equal frames the second has one pixel in the other of the two.
    """
    from PIL import Image  # not before there is a film: the window need not wait for it

    palette: Image.Image | None = None
    before, common = np.empty(0), 0
    for frame in frames:
        picture = Image.fromarray(frame)
        if palette is None:
            palette = picture.quantize(TWIN, Image.Quantize.MEDIANCUT)
            common = int(np.bincount(np.asarray(palette).ravel()).argmax())
        shown = picture.quantize(palette=palette, dither=Image.Dither.NONE)
        colors = np.resize(np.array(shown.getpalette(), np.uint8), (256, 3))
        colors[TWIN] = colors[common]
        numbers = np.array(shown)
        if np.array_equal(numbers, before):
            places = np.flatnonzero(numbers.ravel() == common)
            numbers.ravel()[places[:1]] = TWIN
        before = numbers
        shown = Image.fromarray(numbers, "P")
        shown.putpalette(colors.tobytes())
        yield shown


def _mp4(frames: Iterator[np.ndarray], fps: float, file: Path) -> None:
    av: Any = importlib.import_module("av")
    stream: Any = None
    with av.open(str(file), "w", format="mp4") as container:
        for frame in frames:
            frame = frame[: frame.shape[0] // 2 * 2, : frame.shape[1] // 2 * 2]  # its colors stand in squares of two
            if stream is None:
                stream = container.add_stream("h264", rate=Fraction(fps).limit_denominator(1000))
                stream.width, stream.height, stream.pix_fmt = frame.shape[1], frame.shape[0], "yuv420p"
            for packet in stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")):
                container.mux(packet)
        for packet in stream.encode() if stream is not None else ():
            container.mux(packet)


def pixels_of(image: QImage) -> np.ndarray:
    """A picture as (h, w, 3) uint8."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()
