# SPDX-License-Identifier: MIT
"""What is kept of a run and taken up again: arrays that are given, checkpoints that are sent out and that come back."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from engine.archive import ArchiveError, Checkpoint, load_checkpoint, packed, read_checkpoint
from engine.maker import Maker
from engine.protocol.messages import Failed, Give, Kept, Message, Resume, Save
from engine.repertoire import Repertoire
from engine.run import still
from engine.store import Store

PIECE = 2**16  #: bytes of a file in one message: frames go between two of them


class Keeping:
    """The performer's hand for everything that is stored."""

    def __init__(self, repertoire: Repertoire, store: Store, send: Callable[[Message], None], folder: Path | None) -> None:
        self._repertoire, self._store, self._send, self._folder = repertoire, store, send, folder
        self._makers: deque[Maker] = deque()

    def give(self, command: Give) -> None:
        """Take a piece of an array."""
        try:
            self._store.give(command)
        except ArchiveError as error:
            self._send(Failed(kind="refused", values={"reason": str(error)}))

    def save(self, command: Save) -> None:
        """Send the present checkpoint in pieces; or have something made, which is sent when it is there."""
        track = self._repertoire.track(command.lane)
        checkpoint = self._repertoire.checkpoint()
        if command.what == "checkpoint" and checkpoint is not None:
            steps = {lane.name: kept.step for lane, kept in zip(checkpoint.experiment.lanes, checkpoint.lanes, strict=True)}
            self._send_file(Kept(offset=0, size=0, values=np.empty(0, np.uint8), steps=steps), packed(checkpoint))
        elif command.what != "checkpoint" and track is not None:
            self._makers.append(Maker(still(track.run), command))
        else:
            self._send(Failed(kind="refused", values={"reason": "nothing plays that could be saved"}))

    @property
    def busy(self) -> bool:
        """Whether something is being made."""
        return bool(self._makers)

    def report(self) -> None:
        """Send what has been made."""
        while self._makers and not self._makers[0].is_alive():
            maker = self._makers.popleft()
            if maker.reason:
                self._send(Failed(kind="refused", values={"reason": maker.reason}, lane=maker.asked.lane))
            for suffix, data in maker.files.items():
                last = suffix == list(maker.files)[-1]
                head = Kept(what=maker.asked.what, lane=maker.asked.lane, suffix=suffix, last=last, offset=0, size=0,
                            values=np.empty(0, np.uint8), steps={maker.asked.lane: maker.still.step})  # fmt: skip
                self._send_file(head, data)

    def _send_file(self, head: Kept, data: bytes) -> None:
        array = np.frombuffer(data, np.uint8)
        for offset in range(0, array.size, PIECE):
            self._send(msgspec.structs.replace(head, offset=offset, size=array.size, values=array[offset : offset + PIECE]))

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
