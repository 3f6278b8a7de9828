# SPDX-License-Identifier: MIT
"""The folders of sessions: one's own, and those that a crash left. What was offered twice, or settled, is offered no more.

A session that is alive holds a lock in its folder. One that ended in order has no autosave. What remains is lost work.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from PySide6.QtCore import QLockFile

from ui.arrays import Arrays, needed, share
from ui.runfile import RunFileError, SavedRun, read_run, write_run

AUTOSAVE: Final = "autosave.run"
DATA: Final = "data"  #: the folder of imported data, beside the autosave
OFFERS: Final = "offers"  #: a file with one mark for each time that this session was offered
MOST_OFFERS: Final = 2  #: a recovery that crashes the app must not do so for ever
MOST_HEADER: Final = 2**24  #: bytes
CHECKPOINT: Final = "checkpoint.safetensors"


@dataclass(frozen=True)
class Lost:
    """A session that ended without a goodbye."""

    folder: Path

    def run(self, arrays: Arrays) -> SavedRun:
        """Its recipe, curves and data, with the engine's last checkpoint. Raises RunFileError."""
        saved = read_run(self.folder / AUTOSAVE, arrays, self.folder / DATA)
        try:
            checkpoint = (self.folder / CHECKPOINT).read_bytes()
        except OSError:
            checkpoint = b""  # the engine had not come to its first one
        return SavedRun(saved.experiment, checkpoint, saved.curves)

    @property
    def step(self) -> int:
        """The step of the engine's last checkpoint, as its header says; 0 where there is none."""
        try:
            with (self.folder / CHECKPOINT).open("rb") as stream:
                size = int.from_bytes(stream.read(8), "little")
                header = msgspec.json.decode(stream.read(min(size, MOST_HEADER)))
            lanes = msgspec.json.decode(header["__metadata__"]["attractor"])["lanes"]
            return max(int(lane["step"]) for lane in lanes)
        except (OSError, ValueError, KeyError, TypeError):
            return 0

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
        write_run(self.own / AUTOSAVE, run, None)

    def close(self) -> None:
        """End in order."""
        (self.own / AUTOSAVE).unlink(missing_ok=True)
        self._lock.unlock()

    def lost(self) -> Lost | None:
        """The newest session that a crash left and that was not offered too often; counts the offer. Clears away the others."""
        found: list[Path] = []
        for folder in self._dead():
            if not (folder / AUTOSAVE).is_file():
                shutil.rmtree(folder, ignore_errors=True)  # it ended in order
            elif _offers(folder) < MOST_OFFERS:
                found.append(folder)
        if not found:
            return None
        newest = max(found, key=lambda folder: (folder / AUTOSAVE).stat().st_mtime)
        _mark(newest, _offers(newest) + 1)
        return Lost(newest)

    def _dead(self) -> list[Path]:
        dead = []
        for folder in self.own.parent.iterdir():
            if folder == self.own or not folder.is_dir() or folder.is_symlink():
                continue
            lock = QLockFile(str(folder / "lock"))
            lock.setStaleLockTime(0)
            if lock.tryLock(0):
                lock.unlock()
                dead.append(folder)
        return dead


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
