# SPDX-License-Identifier: MIT
"""Arrays that came through the pipe, by their SHA-256: put together from pieces, and kept in the session's folder."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from engine.archive import ArchiveError, write_whole
from engine.protocol.messages import Give

LARGEST = 2**31  #: bytes of one array


class Store(Mapping[str, np.ndarray]):
    """The arrays that are whole. With a folder they survive the engine; without one they live as long as it does."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = None if folder is None else folder / "arrays"
        self._whole: dict[str, np.ndarray] = {}
        self._coming: dict[str, tuple[np.ndarray, int]] = {}

    def give(self, piece: Give) -> None:
        """Add a piece; pieces come in order. Raises ArchiveError where they do not fit together or cannot be kept."""
        array, filled = self._coming.pop(piece.sha256, (None, 0))
        if array is None or piece.offset == 0:
            if piece.size * piece.values.itemsize > LARGEST:
                raise ArchiveError(f"{piece.size:,} numbers are too many")
            array, filled = np.empty(piece.size, piece.values.dtype), 0
        end = piece.offset + piece.values.size
        if piece.offset != filled or end > array.size or piece.values.dtype != array.dtype or piece.values.ndim != 1:
            raise ArchiveError("the pieces of an array do not fit together")
        array[piece.offset : end] = piece.values
        if end < array.size:
            self._coming[piece.sha256] = array, end
        else:
            self._keep(piece.sha256, array)

    def take(self, sha256: str) -> np.ndarray:
        """An array that is needed once only. Raises KeyError."""
        array = np.array(self[sha256])  # a copy: Windows does not delete a file that is mapped
        self._whole.pop(sha256, None)
        if self._folder is not None:
            self._file(self._folder, sha256).unlink(missing_ok=True)
        return array

    def __getitem__(self, sha256: str) -> np.ndarray:
        """The array, flat. Raises KeyError."""
        if sha256 not in self._whole and self._folder is not None:
            try:
                self._whole[sha256] = np.load(self._file(self._folder, sha256), mmap_mode="r", allow_pickle=False)
            except (OSError, ValueError, EOFError):
                raise KeyError(sha256) from None
        return self._whole[sha256]

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole)

    def __len__(self) -> int:
        return len(self._whole)

    def _keep(self, sha256: str, array: np.ndarray) -> None:
        if self._folder is None:
            self._whole[sha256] = array
            return
        stream = io.BytesIO()
        np.save(stream, array, allow_pickle=False)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArchiveError(f"{self._folder}: {error.strerror or error}") from None
        write_whole(self._file(self._folder, sha256), stream.getvalue())
        self._whole.pop(sha256, None)

    @staticmethod
    def _file(folder: Path, sha256: str) -> Path:
        return folder / f"{sha256}.npy"
