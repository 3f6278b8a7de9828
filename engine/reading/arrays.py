# SPDX-License-Identifier: MIT
"""Readers of .npy and .npz: the header is checked against the bytes before anything is allocated, and nothing is unpickled."""

from __future__ import annotations

import math
import struct
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any, Final

import numpy as np

from engine.reading.examples import ROOM, refuse

MAGIC: Final = b"\x93NUMPY"
MOST_MEMBERS: Final = 100
MOST_RATIO: Final = 300  #: of unpacked to packed bytes; honest images stay below 50
SMALL: Final = 2**20  #: bytes up to which a ratio means nothing
MOST_AXES: Final = 5
_EOCD: Final = struct.Struct("<4s4H2LH")
_TRAINING: Final = ("x_train", "train_images", "images", "x", "data", "samples", "arr_0")
_LABELS: Final = ("y_train", "train_labels", "labels", "label", "y", "target", "targets", "arr_1")


def read_npy(file: Path) -> np.ndarray:
    """The array of a .npy file, in the machine's byte order, row by row."""
    with file.open("rb") as stream:
        return _array(file, stream, file.stat().st_size)


def read_npz(file: Path) -> tuple[np.ndarray, np.ndarray | None]:
    """Examples and, where it has them, labels of an .npz file."""
    _check_directory(file)
    try:
        with zipfile.ZipFile(file) as archive:
            members = _members(file, archive)
            name = _chosen(members, _TRAINING) or (next(iter(members)) if len(members) == 1 else "")
            if not name:
                names = ", ".join(f"“{known}”" for known in list(members)[:6])
                refuse(file, f"it holds several arrays ({names}), and none is called “x”, “data” or “images”")
            found = _unpacked(file, archive, members[name])
            other = _chosen(members, _LABELS)
            labels = _unpacked(file, archive, members[other]) if other and other != name else None
            return found, labels
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        refuse(file, f"the archive is damaged or cut short ({error})")


def _array(file: Path, stream: IO[bytes], room: int) -> np.ndarray:
    try:
        version = np.lib.format.read_magic(stream)
        header: Any = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, fortran, dtype = header(stream, max_header_size=10_000)
    except (ValueError, EOFError, SyntaxError, TypeError, RecursionError, MemoryError, tokenize.TokenError):
        refuse(file, "its header is no header of a .npy file")
    check_dtype(file, dtype)
    size, room = math.prod(shape) * dtype.itemsize, room - stream.tell()
    if not len(shape) <= MOST_AXES or min(shape, default=1) < 0:
        refuse(file, f"its header announces the shape {shape}, which no data have")
    if size > min(room, ROOM):
        refuse(file, f"its header announces {size:,} bytes, where at most {min(room, ROOM):,} can be")
    array = np.empty(math.prod(shape), dtype)
    _fill(file, stream, array.view(np.uint8).data if size else memoryview(b""))
    if stream.read(1):
        refuse(file, f"it goes on after the {size:,} bytes that its header announces")
    return np.require(array.reshape(shape, order="F" if fortran else "C"), requirements="C")


def check_dtype(file: Path, dtype: np.dtype[Any]) -> None:
    """Refuse arrays of anything but real numbers."""
    if dtype.hasobject:
        refuse(file, "it holds Python objects, which could run code; save it as plain numbers")
    if dtype.fields is not None or dtype.kind not in "biuf" or dtype.itemsize > 8:
        kinds = {"c": "complex numbers", "U": "text", "S": "text", "M": "dates", "m": "times", "V": "records"}
        refuse(file, f"it holds {kinds.get(dtype.kind, dtype.name)}, not real numbers")


def _fill(file: Path, stream: IO[bytes], target: memoryview) -> None:
    filled = 0
    while filled < len(target):
        data = stream.read(min(2**22, len(target) - filled))
        if not data:
            refuse(file, f"it ends after {filled:,} of the {len(target):,} bytes that its header announces")
        target[filled : filled + len(data)] = data
        filled += len(data)


def _check_directory(file: Path) -> None:
    """Count the members by the last record alone: a directory of a million names is never read."""
    with file.open("rb") as stream:
        end = stream.seek(0, 2)
        stream.seek(max(0, end - _EOCD.size - 2**16))
        tail = stream.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) - place < _EOCD.size:
        refuse(file, "the archive is damaged or cut short (it has no directory)")
    count = _EOCD.unpack_from(tail, place)[4]
    if count > MOST_MEMBERS:
        refuse(file, f"it has {count:,} members or more, where at most {MOST_MEMBERS} can be")


def _members(file: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The arrays by their names; whatever points outside the archive is left alone."""
    infos = archive.infolist()
    if len(infos) > MOST_MEMBERS:
        refuse(file, f"it has {len(infos):,} members, where at most {MOST_MEMBERS} can be")
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name, plain = info.filename, (info.external_attr >> 16) & 0o170000 != 0o120000
        if name.endswith((".pkl", ".pickle")):
            refuse(file, "it holds pickled objects, which could run code; this app reads none")
        if not name.endswith(".npy") or any(mark in name for mark in "/\\:") or not plain:
            continue
        if info.flag_bits & 1:
            refuse(file, f"“{name}” is encrypted")
        if name[:-4] in members:
            refuse(file, f"it holds “{name}” twice")
        if info.file_size > SMALL and info.file_size > MOST_RATIO * max(info.compress_size, 1):
            refuse(file, f"“{name}” would grow from {info.compress_size:,} to {info.file_size:,} bytes, which no real data do")
        members[name[:-4]] = info
    if sum(info.file_size for info in members.values()) > 2 * ROOM:
        refuse(file, f"it unpacks to more than {2 * ROOM:,} bytes")
    if not members:
        refuse(file, "it holds no array (no member that is a .npy file)")
    return members


def _chosen(members: dict[str, zipfile.ZipInfo], names: tuple[str, ...]) -> str:
    lower = {name.lower(): name for name in members}
    return next((lower[name] for name in names if name in lower), "")


def _unpacked(file: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> np.ndarray:
    with archive.open(info) as stream:
        return _array(file, stream, info.file_size)
