# SPDX-License-Identifier: MIT
"""What the user imported, as files of the session: read from the reader's pieces, given to every engine that plays it."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np

from engine.protocol.messages import Give
from engine.protocol.reading import PIECE, Piece
from engine.protocol.recipe.data.imported import Imported
from engine.protocol.recipe.experiment import Experiment


class Arrays:
    """Arrays by their SHA-256, flat, in a folder. Raises OSError where that cannot be written."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder / "data" if folder is not None else Path(tempfile.mkdtemp(prefix="attractor-"))
        if folder is None:
            weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self._told: set[str] = set()

    def keep(self, piece: Piece) -> None:
        """Take a piece from the reader; pieces come in order."""
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.file(piece.sha256).with_suffix(".part")
        with part.open("wb" if piece.offset == 0 else "ab") as stream:
            if piece.offset == 0:
                header = {"descr": piece.values.dtype.str, "fortran_order": False, "shape": (piece.size,)}
                np.lib.format.write_array_header_1_0(stream, header)
            stream.write(piece.values.data)
        if piece.offset + piece.values.size >= piece.size:
            part.replace(self.file(piece.sha256))

    def array(self, sha256: str) -> np.ndarray:
        """An array, mapped from its file. Raises OSError or ValueError."""
        found: np.ndarray = np.load(self.file(sha256), mmap_mode="r", allow_pickle=False)
        return found

    def missing(self, experiment: Experiment) -> bool:
        """Whether the experiment needs an array that is not here."""
        return any(not self.file(sha256).is_file() for sha256 in needed(experiment))

    def forget(self) -> None:
        """A new engine knows none of them."""
        self._told.clear()

    def commands(self, experiment: Experiment) -> Iterator[Give]:
        """What an engine must be given before it can play the experiment, once."""
        for sha256 in needed(experiment):
            if sha256 not in self._told and self.file(sha256).is_file():
                self._told.add(sha256)
                yield from give(sha256, self.array(sha256))

    def adopt(self, sha256: str, source: IO[bytes]) -> None:
        """Copy an array that lies elsewhere; the engine checks its bytes. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.file(sha256).with_suffix(".part")
        with part.open("wb") as stream:
            shutil.copyfileobj(source, stream, 2**20)
        part.replace(self.file(sha256))

    def file(self, sha256: str) -> Path:
        """Where an array lies, or would lie."""
        return self.folder / f"{sha256}.npy"


def share(file: Path, folder: Path) -> None:
    """Let a folder have a file too, once: as another name of the same bytes, or as a copy. Raises OSError."""
    place = folder / file.name
    if not place.exists():
        folder.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file, place)
        except OSError:  # another disk, or one without links
            part = place.with_suffix(".part")
            shutil.copyfile(file, part)
            part.replace(place)


def needed(experiment: Experiment) -> tuple[str, ...]:
    """The arrays that an experiment needs."""
    data = experiment.data
    return tuple(filter(None, (data.sha256, data.label_sha256))) if isinstance(data, Imported) else ()


def give(sha256: str, array: np.ndarray) -> Iterator[Give]:
    """A flat array in messages that fit the pipe; a mapped array is read only as they are written."""
    for offset in range(0, array.size, PIECE):
        yield Give(sha256=sha256, offset=offset, size=array.size, values=array[offset : offset + PIECE])
