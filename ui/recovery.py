# SPDX-License-Identifier: MIT
"""The folders of sessions: one's own, and those that a crash left. What was offered twice, or settled, is offered no more.

A session that is alive holds a lock in its folder. One that ended in order has no autosave. What remains is lost work.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from PySide6.QtCore import QLockFile

from ui.arrays import Arrays, needed, share
from ui.runfile import RunFileError, SavedRun, read_run, write_run

AUTOSAVE: Final = "autosave.run"
OLDER: Final = "autosave.older.run"
DATA: Final = "data"  #: the folder of imported data, beside the autosave
OFFERS: Final = "offers"  #: a file with one mark for each time that this session was offered
MOST_OFFERS: Final = 2  #: a recovery that crashes the app must not do so for ever
MOST_HEADER: Final = 2**24  #: bytes
CHECKPOINTS: Final = ("checkpoint.safetensors", "checkpoint.older.safetensors")  #: the newest first
NAME: Final = re.compile(r"\d+(-\d+)?")  #: of a session's folder; no other is ever touched
MOST_KEPT: Final = 3  #: sessions that were offered and are kept, should somebody look for them by hand


@dataclass(frozen=True)
class Lost:
    """A session that ended without a goodbye."""

    folder: Path

    def run(self, arrays: Arrays) -> SavedRun:
        """Its recipe, curves and data, with the engine's last checkpoint. Raises RunFileError."""
        try:
            saved = read_run(self.folder / AUTOSAVE, arrays, self.folder / DATA)
        except RunFileError:
            if not (self.folder / OLDER).is_file():
                raise
            saved = read_run(self.folder / OLDER, arrays, self.folder / DATA)
        found = next((file for file in self._checkpoints() if _step(file)[0]), None)
        return SavedRun(saved.experiment, found.read_bytes() if found is not None else b"", saved.curves)

    @property
    def step(self) -> int:
        """The step of the engine's last checkpoint, as its header says; 0 where there is none."""
        return next((step for whole, step in map(_step, self._checkpoints()) if whole), 0)

    @property
    def age(self) -> float:
        """When it was last written, seconds since the epoch."""
        return max(file.stat().st_mtime for name in (AUTOSAVE, OLDER) if (file := self.folder / name).is_file())

    def _checkpoints(self) -> list[Path]:
        return [self.folder / name for name in CHECKPOINTS]

    def settle(self) -> None:
        """It is back, or not wanted: do not offer it again. The files stay until the next start."""
        _mark(self.folder, MOST_OFFERS)


class Sessions:
    """One's own session folder and its neighbors."""

    def __init__(self, own: Path) -> None:
        self.own = own
        self._lock = QLockFile(str(own / "lock"))
        self._lock.setStaleLockTime(0)  # only the death of its holder frees it, however long it lives
        self._lock.tryLock(0)

    def write(self, run: SavedRun, arrays: Arrays) -> None:
        """Autosave: recipe and curves anew, imported data once for all, under their SHA-256. Raises RunFileError."""
        try:
            for sha256 in needed(run.experiment):
                share(arrays.file(sha256), self.own / DATA)
        except OSError as error:
            raise RunFileError(error.strerror or str(error)) from None
        write_run(self.own / AUTOSAVE, run, None, older=self.own / OLDER)

    def close(self) -> None:
        """End in order."""
        with contextlib.suppress(OSError):  # a folder that became read-only must not hold the window back
            for name in (AUTOSAVE, OLDER):
                (self.own / name).unlink(missing_ok=True)
        self._lock.unlock()

    def lost(self) -> Lost | None:
        """The newest session that a crash left and that was not offered too often; counts the offer. Clears away the others."""
        found: list[Lost] = []
        offered: list[Lost] = []
        for folder in self._dead():
            if not any((folder / name).is_file() for name in (AUTOSAVE, OLDER)):
                shutil.rmtree(folder, ignore_errors=True)  # it ended in order
            else:
                (found if _offers(folder) < MOST_OFFERS else offered).append(Lost(folder))
        for lost in sorted(offered, key=lambda lost: lost.age)[:-MOST_KEPT]:
            shutil.rmtree(lost.folder, ignore_errors=True)
        newest = max(found, key=lambda lost: lost.age, default=None)
        if newest is not None:
            _mark(newest.folder, _offers(newest.folder) + 1)
        return newest

    def _dead(self) -> list[Path]:
        dead = []
        for folder in self.own.parent.iterdir():
            if folder == self.own or not NAME.fullmatch(folder.name) or folder.is_symlink() or not folder.is_dir():
                continue
            lock = QLockFile(str(folder / "lock"))
            lock.setStaleLockTime(0)
            if lock.tryLock(0):
                lock.unlock()
                dead.append(folder)
        return dead


def _step(file: Path) -> tuple[bool, int]:
    """Whether a file is a whole checkpoint, by its header and its length, and of which step."""
    try:
        with file.open("rb") as stream:
            size = int.from_bytes(stream.read(8), "little")
            header = msgspec.json.decode(stream.read(min(size, MOST_HEADER)))
        lanes = msgspec.json.decode(header.pop("__metadata__")["attractor"])["lanes"]
        end = max(tensor["data_offsets"][1] for tensor in header.values())
        return file.stat().st_size == 8 + size + end, max(int(lane["step"]) for lane in lanes)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False, 0


def _offers(folder: Path) -> int:
    try:
        return len((folder / OFFERS).read_bytes())
    except OSError:
        return 0


def _mark(folder: Path, count: int) -> None:
    try:
        (folder / OFFERS).write_bytes(b"." * count)
    except OSError:
        return  # a folder that cannot be written is offered once more
