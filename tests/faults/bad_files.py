# SPDX-License-Identifier: MIT
"""Files that nobody should have to open, made here byte by byte: no binary lies in the repository."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

Make = Callable[[Path, Path], Path]  #: (folder, canary) → the file


class Bomb:
    """Writes the canary when somebody unpickles it."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self):
        return os.mkdir, (str(self.canary),)


def pickled(name: str) -> Make:
    def make(folder: Path, canary: Path) -> Path:
        (folder / name).write_bytes(pickle.dumps(Bomb(canary)))
        return folder / name

    return make


def raw(name: str, data: bytes) -> Make:
    def make(folder: Path, canary: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return make


def npy(array: np.ndarray, name: str = "a.npy") -> Make:
    return raw(name, npy_bytes(array))


def npy_bytes(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def objects(folder: Path, canary: Path) -> Path:
    np.save(folder / "a.npy", np.array([Bomb(canary)], dtype=object), allow_pickle=True)
    return folder / "a.npy"


def npy_header(header: str, body: bytes = b"") -> Make:
    text = header.encode()
    return raw("a.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + body)


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], name: str = "a.npz", packed: bool = True) -> Make:
    def make(folder: Path, canary: Path) -> Path:
        import warnings

        with warnings.catch_warnings(), zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED if packed else 0) as archive:
            warnings.simplefilter("ignore")
            for member, data in members:
                archive.writestr(member, data)
        return folder / name

    return make


def spoiled(make: Make, change: Callable[[bytes], bytes]) -> Make:
    def made(folder: Path, canary: Path) -> Path:
        file = make(folder, canary)
        file.write_bytes(change(file.read_bytes()))
        return file

    return made


def link_member() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("x.npy")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return info


def encrypted(data: bytes) -> bytes:
    """The same archive, its members marked as encrypted."""
    at = data.find(b"PK\x01\x02")
    return data[:6] + b"\x01\x00" + data[8 : at + 8] + b"\x01\x00" + data[at + 10 :]


def million(folder: Path, canary: Path) -> Path:
    """A directory that announces more members than anybody packs."""
    (folder / "a.npz").write_bytes(b"PK\x03\x04" + bytes(100) + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, 9, 9, 0))
    return folder / "a.npz"


def png(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG whose header says what it likes."""
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", data or zlib.compress(bytes(99))) + chunk(b"IEND", b"")


def folder_of(files: dict[str, bytes]) -> Make:
    def make(folder: Path, canary: Path) -> Path:
        for name, data in files.items():
            (folder / "pictures" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "pictures" / name).write_bytes(data)
        return folder / "pictures"

    return make


def strange_folder(folder: Path, canary: Path) -> Path:
    """A loop, a pipe, and a link to a device: nothing in it is a picture."""
    place = folder / "pictures"
    place.mkdir()
    (place / "loop").symlink_to(place, target_is_directory=True)
    (place / "zero.png").symlink_to("/dev/zero")
    os.mkfifo(place / "pipe.png")
    return place


def fifo(folder: Path, canary: Path) -> Path:
    os.mkfifo(folder / "a.csv")
    return folder / "a.csv"


def device(folder: Path, canary: Path) -> Path:
    (folder / "a.csv").symlink_to("/dev/zero")
    return folder / "a.csv"


def sparse(folder: Path, canary: Path) -> Path:
    """5 GB that take no room on the disk."""
    with (folder / "a.csv").open("wb") as stream:
        stream.write(b"a,b\n1,2\n")
        stream.truncate(5 * 2**30)
    return folder / "a.csv"


def picture(size: tuple[int, int] = (9, 7), mode: str = "RGB", kind: str = "PNG", **options: object) -> bytes:
    """An honest picture."""
    stream = io.BytesIO()
    count = {"RGB": 3, "CMYK": 4, "RGBA": 4, "LA": 2}.get(mode, 1)
    pixels = np.random.default_rng(1).integers(0, 255, (size[1], size[0], count)).astype(np.uint8)
    if mode == "I;16":
        image = Image.fromarray(pixels[:, :, 0].astype(np.uint16) * 257)
    elif mode in ("1", "P"):
        image = Image.fromarray(pixels[:, :, 0]).convert(mode)
    else:
        image = Image.frombytes(mode, size, pixels.tobytes())
    image.save(stream, kind, **options)
    return stream.getvalue()


def idx(kind: int, shape: tuple[int, ...], body: bytes, packed: bool = False) -> bytes:
    data = bytes([0, 0, kind, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + body
    return gzip.compress(data) if packed else data
