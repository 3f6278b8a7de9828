# SPDX-License-Identifier: MIT
"""Reader of folders of pictures: regular files only, sizes checked before pixels are unpacked, sub-folders are classes."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image, ImageOps

from engine.protocol.arguments import Read
from engine.protocol.recipe.data.imported import MOST_CLASSES
from engine.reading.examples import Examples, Tell, fits, refuse

SUFFIXES: Final = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"})
FORMATS: Final = ("PNG", "JPEG", "BMP", "TIFF", "WEBP")
MOST: Final = 20_000  #: pictures
MOST_ENTRIES: Final = 200_000  #: names that are looked at
MOST_PIXELS: Final = 50_000_000  #: of one picture
MOST_BYTES: Final = 2**28
LOOKED_AT: Final = 16  #: pictures that decide whether there is color
Image.MAX_IMAGE_PIXELS = None  # MOST_PIXELS is checked here, and says the picture's size


class Unusable(Exception):
    """Why one picture cannot be used."""


def read_folder(folder: Path, asked: Read, tell: Tell) -> Examples:
    """All pictures of a folder, cropped to a square and resized to `asked.side`: (N, 1 or 3, side, side) uint8."""
    files, notes = _listed(folder)
    color = _colored(files) if asked.color == "auto" else asked.color == "color"
    channels, side = 3 if color else 1, asked.side
    fits(folder, max(len(files), 4), len(files) * channels * side * side)
    x = np.empty((len(files), side, side, channels), np.uint8)
    kept: list[Path] = []
    refused: list[str] = []
    for index, file in enumerate(files):
        if index % 50 == 0:
            tell(index, len(files), "images")
        try:
            x[len(kept)] = _pixels(file, side, color)
            kept.append(file)
        except Unusable as error:
            refused.append(f"{file.name} {error}")
    if refused:
        if not kept:
            refuse(folder, f"none of its pictures can be read; {refused[0]}")
        notes.append(f"{len(refused):,} pictures are left out; the first: {refused[0]}.")
    x = np.ascontiguousarray(np.moveaxis(x[: len(kept)], 3, 1))
    fits(folder, len(kept), x.size)
    labels, classes = _classes(folder, kept)
    return Examples(x, float(x.min()), float(x.max()), "Bytes 0 … 255 become 0 … 1.", labels, classes, notes=notes,
                    label="folder" if classes else "")  # fmt: skip


def _listed(folder: Path) -> tuple[list[Path], list[str]]:
    files: list[Path] = []
    notes: list[str] = []
    for seen, entry in enumerate(_entries(folder)):
        if seen >= MOST_ENTRIES or len(files) >= MOST:
            notes.append(f"The folder holds more; the first {len(files):,} pictures were taken.")
            break
        path = Path(entry.path)
        if path.suffix.lower() in SUFFIXES and entry.is_file(follow_symlinks=False):
            files.append(path)
    if not files:
        refuse(folder, "it holds no picture (PNG, JPEG, BMP, TIFF or WebP)")
    return sorted(files, key=_natural), notes


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """The entries of a folder and of its own sub-folders; links are not followed, so there are no loops."""
    below: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    below.append(entry.path)
                yield entry
    except OSError as error:
        refuse(folder, f"it cannot be read: {error.strerror}")
    for path in sorted(below)[:1000]:
        try:
            with os.scandir(path) as entries:
                yield from entries
        except OSError:
            continue


def _natural(path: Path) -> list[tuple[int, str]]:
    """“9.png” before “10.png”."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"([0-9]{1,18})", str(path))]


def _opened(file: Path) -> Image.Image:
    """A picture whose size was checked, its pixels not unpacked yet."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise Unusable(f"has more than {MOST_BYTES // 2**20} MB")
        picture = Image.open(file, formats=FORMATS)  # its header only
    except (OSError, SyntaxError, ValueError) as error:
        raise Unusable(f"is no picture that this app reads ({_short(error)})") from None
    if picture.width * picture.height > MOST_PIXELS:
        picture.close()
        raise Unusable(f"has {picture.width:,} × {picture.height:,} pixels")
    return picture


def _pixels(file: Path, side: int, color: bool) -> np.ndarray:
    """(side, side, channels) uint8."""
    try:
        with warnings.catch_warnings(), _opened(file) as picture:
            warnings.simplefilter("ignore")
            picture.draft("RGB" if color else "L", (2 * side, 2 * side))  # a large JPEG is unpacked small
            upright = ImageOps.exif_transpose(picture)
            plain = _plain(upright, "RGB" if color else "L")
            fitted = ImageOps.fit(plain, (side, side), Image.Resampling.LANCZOS)
            return np.asarray(fitted, np.uint8).reshape(side, side, -1)
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, ZeroDivisionError) as error:
        raise Unusable(f"is damaged ({_short(error)})") from None


def _plain(picture: Image.Image, mode: str) -> Image.Image:
    """8 bits a color; what is transparent becomes white."""
    if picture.mode.startswith(("I", "F")):
        values = np.asarray(picture, np.float32)
        top = 65535.0 if values.max(initial=0) > 255 else 255.0
        picture = Image.fromarray((np.nan_to_num(values).clip(0, top) * (255 / top)).astype(np.uint8))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    return picture.convert(mode)


def _colored(files: list[Path]) -> bool:
    """Whether any of a few pictures, spread over all, has color."""
    for file in files[:: max(1, len(files) // LOOKED_AT)]:
        try:
            pixels = _pixels(file, 16, True).astype(int)
        except Unusable:
            continue
        if np.ptp(pixels, axis=2).max() > 24:
            return True
    return False


def _classes(folder: Path, files: list[Path]) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """The sub-folder of each picture, where all lie in sub-folders."""
    names = [file.parent.name for file in files]
    known = sorted(set(names))
    if any(file.parent == folder for file in files) or not 2 <= len(known) <= MOST_CLASSES:
        return None, ()
    numbers = {name: number for number, name in enumerate(known)}
    return np.array([numbers[name] for name in names], np.int32), tuple(name[:80] for name in known)


def _short(error: Any) -> str:
    return " ".join(str(error).split())[:80] or type(error).__name__
