# SPDX-License-Identifier: MIT
"""What is kept of a run and taken up again: arrays that are given, checkpoints that are sent out and that come back."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.archive import ArchiveError, Checkpoint, load_checkpoint, packed, read_checkpoint
from engine.protocol.messages import Failed, Give, Kept, Message, Resume, Save
from engine.repertoire import Repertoire
from engine.store import Store

PIECE = 2**24  #: bytes of a checkpoint in one message


class Keeping:
    """The performer's hand for everything that is stored."""

    def __init__(self, repertoire: Repertoire, store: Store, send: Callable[[Message], None], folder: Path | None) -> None:
        self._repertoire, self._store, self._send, self._folder = repertoire, store, send, folder

    def give(self, command: Give) -> None:
        """Take a piece of an array."""
        try:
            self._store.give(command)
        except ArchiveError as error:
            self._send(Failed(kind="refused", values={"reason": str(error)}))

    def save(self, command: Save) -> None:
        """Send the present checkpoint in pieces."""
        checkpoint = self._repertoire.checkpoint()
        if checkpoint is None:
            self._send(Failed(kind="refused", values={"reason": "nothing plays that could be saved"}))
            return
        data = np.frombuffer(packed(checkpoint), np.uint8)
        steps = {lane.name: kept.step for lane, kept in zip(checkpoint.experiment.lanes, checkpoint.lanes, strict=True)}
        for offset in range(0, data.size, PIECE):
            self._send(Kept(offset=offset, size=data.size, values=data[offset : offset + PIECE], steps=steps))

    def resume(self, command: Resume) -> None:
        """Put a checkpoint on: the session's last one, or one that was given. Raises ArchiveError, KeyError, RuntimeError."""
        if command.sha256:
            checkpoint = _given(self._store.take(command.sha256))
            if len(command.builds) != len(checkpoint.lanes):
                raise ArchiveError("the checkpoint has other lanes than the recipe")
            lanes = tuple(replace(lane, build=build) for lane, build in zip(checkpoint.lanes, command.builds, strict=True))
            checkpoint = replace(checkpoint, run_id=command.run_id, lanes=lanes)
        elif self._folder is None:
            raise ArchiveError("this engine keeps no session")
        else:
            checkpoint = load_checkpoint(self._folder)
        self._repertoire.resume(checkpoint)


def _given(array: np.ndarray) -> Checkpoint:
    with tempfile.TemporaryDirectory(prefix="attractor-") as folder:
        file = Path(folder) / "given.safetensors"
        file.write_bytes(array.tobytes())
        return read_checkpoint(file)
