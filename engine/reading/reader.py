# SPDX-License-Identifier: MIT
"""Any file or folder: its kind is found by its first bytes, then its own reader has it; what comes out is said as facts."""

from __future__ import annotations

import math
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from engine.data import idx
from engine.data.imported import fingerprint
from engine.data.refusal import Refused
from engine.data.sample import scaling
from engine.protocol.arguments import Read
from engine.protocol.reading import PIECE, Facts, Piece
from engine.protocol.recipe.data.imported import Imported
from engine.reading.arrays import MAGIC, read_npy, read_npz
from engine.reading.examples import Examples, Tell, refuse
from engine.reading.pictures import SUFFIXES, read_folder
from engine.reading.shaping import shaped
from engine.reading.table import read_table

CODE: Final = frozenset({".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".pt2", ".jit", ".joblib", ".sav"})
OWN: Final = frozenset({".safetensors", ".json", ".toml", ".run"})
PICTURES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"II*\0", b"MM\0*", b"RIFF", b"GIF8")
FIRST: Final = 64  #: examples that are shown before anything is trained
HELD_OUT: Final = 10_000  #: examples for the test, at most


def read(file: Path, asked: Read, tell: Tell) -> Examples:
    """The examples in a file or folder. Raises Refused with the file and the reason."""
    try:
        mode = file.stat().st_mode
        if stat.S_ISDIR(mode):
            return read_folder(file, asked, tell)
        if not stat.S_ISREG(mode):
            refuse(file, "this is neither a file nor a folder")
        return _read_file(file, asked, tell)
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        refuse(file, f"it cannot be read: {getattr(error, 'strerror', None) or error}")
    except MemoryError:
        refuse(file, "there is not enough memory to read it")


def _read_file(file: Path, asked: Read, tell: Tell) -> Examples:
    suffix = file.suffix.lower()
    with file.open("rb") as stream:
        head = stream.read(16)
    if suffix in CODE or (head[:1] == b"\x80" and head[1:2] in b"\2\3\4\5"):
        refuse(file, "files of this kind can run code and are not supported; save arrays as .npy, weights as .safetensors")
    if suffix in OWN:
        refuse(file, "this holds no data; recipes, runs and weights are opened with File > Open")
    if not head:
        refuse(file, "it is empty")
    if head.startswith(MAGIC):
        return shaped(file, read_npy(file))
    if head[:2] == b"PK":
        return shaped(file, *read_npz(file))
    if head[:2] in (b"\x1f\x8b", b"\0\0"):
        return _read_idx(file)
    if suffix in (".npy", ".npz"):
        refuse(file, f"it does not begin as a {suffix} file does")
    if suffix in SUFFIXES or head.startswith(PICTURES):
        refuse(file, "a single picture is no data set; open the folder that it lies in")
    return read_table(file, asked, tell)


def _read_idx(file: Path) -> Examples:
    """An IDX file, and the labels that lie beside it, as MNIST names them."""
    other = file.with_name(file.name.replace("images", "labels").replace("idx3", "idx1"))
    try:
        array = idx.read(file)
        beside = other != file and other.is_file() and not other.is_symlink()
        labels = idx.read(other) if beside else None
    except Refused as error:
        refuse(file, str(error.values["reason"]))
    if array.ndim == 1:
        refuse(file, "it holds labels, not examples; open the file of the images")
    return shaped(file, array, labels)


def facts(file: Path, made: Examples) -> Facts:
    """What was read, as the network will see it."""
    count = len(made.x)
    held_out = max(1, min(count // 5, HELD_OUT))
    shape = made.x.shape[1:] if made.x.ndim == 4 else (math.prod(made.x.shape[1:]),)
    labelled = made.labels is not None and bool(made.classes)
    data = Imported(
        sha256=fingerprint(made.x), size=shape, counts=(count - held_out, held_out),
        label_sha256=fingerprint(made.labels) if made.labels is not None and labelled else "",
        labels=made.classes if labelled else (),
    )  # fmt: skip
    first = np.linspace(0, count - 1, min(FIRST, count)).astype(int)  # spread over the file, for it may be sorted
    return Facts(
        file=file.name, kind="images" if made.x.ndim == 4 else "table", data=data, dtype=made.x.dtype.name,
        low=made.low, high=made.high, scaling=made.scaling or "Each column is centered and divided by its standard deviation.",
        label=made.label, columns=made.columns, notes=tuple(made.notes), seen=_seen(made.x, first),
        first_classes=tuple(int(k) for k in made.labels[first]) if made.labels is not None else (),
        per_class=tuple(np.bincount(made.labels, minlength=len(made.classes)).tolist()) if made.labels is not None else (),
    )  # fmt: skip


def _seen(x: np.ndarray, rows: np.ndarray) -> np.ndarray:
    if x.ndim == 4:
        return np.asarray(x[rows] / (255 if x.dtype == np.uint8 else 1), np.float32)
    mean, spread = scaling(x)
    return np.asarray((x[rows] - mean) / spread, np.float32)


def pieces(made: Examples, said: Facts) -> Iterator[Piece]:
    """The arrays in pieces that fit a message."""
    for sha256, array in ((said.data.sha256, made.x), (said.data.label_sha256, made.labels)):
        flat = array.reshape(-1) if array is not None and sha256 else np.empty(0)
        for offset in range(0, flat.size, PIECE):
            yield Piece(sha256=sha256, offset=offset, size=flat.size, values=flat[offset : offset + PIECE])
