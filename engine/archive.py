# SPDX-License-Identifier: MIT
"""Weights and states on disk: safetensors beside JSON, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import safetensors
import safetensors.torch
from torch import Tensor

from engine.protocol.recipe.editing import RecipeError, from_plain
from engine.protocol.recipe.experiment import Experiment
from engine.run import Change, State

NAME = "checkpoint"
FAREWELL_S = 10.0  #: how long the last checkpoint may take to reach the disk


class ArchiveError(OSError):
    """A file that cannot be read or written; the message names file and reason."""


@dataclass(frozen=True)
class LaneCheckpoint:
    """One lane of a checkpoint."""

    build: int
    step: int
    state: State
    log: tuple[Change, ...] = ()
    beginning: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  #: the live values before the log


@dataclass(frozen=True)
class Checkpoint:
    """Everything from which a session goes on: the experiment and each lane's state."""

    experiment: Experiment
    run_id: int
    lanes: tuple[LaneCheckpoint, ...]


def write_whole(path: Path, data: bytes, older: Path | None = None) -> None:
    """Write a file so that a crash leaves the old or the new one, never a mixture. Raises ArchiveError.

    With `older` the file that was there before takes that name: two generations, one of which is whole at any moment.
    """
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if older is not None and path.exists():
            path.replace(older)
        part.replace(path)
        _settle(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)  # half a file on a full disk is in everybody's way
        raise ArchiveError(f"{path}: {error.strerror or error}") from None


def _settle(folder: Path) -> None:
    """Let the new name reach the disk, where the system has such a thing."""
    if os.name == "posix":
        place = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(place)
        finally:
            os.close(place)


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write `packed` to the session's folder; the one before stays beside it. Raises ArchiveError."""
    write_whole(folder / f"{NAME}.safetensors", packed(checkpoint), older=folder / f"{NAME}.older.safetensors")


def packed(checkpoint: Checkpoint) -> bytes:
    """Safetensors: every lane's tensors and, in its header, the experiment and the log."""
    tensors: State = {}
    lanes = []
    for index, lane in enumerate(checkpoint.lanes):
        tensors |= {f"{index}/{key}": value.contiguous().cpu() for key, value in lane.state.items()}
        log = [[c.step, c.path, c.value] for c in lane.log]
        lanes.append({"build": lane.build, "step": lane.step, "log": log, "beginning": lane.beginning})
    header = {"run_id": checkpoint.run_id, "experiment": checkpoint.experiment, "lanes": lanes}
    metadata = {"attractor": msgspec.json.encode(header).decode()}
    return safetensors.torch.save(tensors, metadata)


def load_checkpoint(folder: Path) -> Checkpoint:
    """The session folder's checkpoint, or the one before where that is damaged.

    Raises ArchiveError with file and reason where neither can be read.
    """
    try:
        return read_checkpoint(folder / f"{NAME}.safetensors")
    except ArchiveError:
        with contextlib.suppress(ArchiveError):
            return read_checkpoint(folder / f"{NAME}.older.safetensors")
        raise


def read_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint in a file. Raises ArchiveError."""
    tensors, metadata = read_tensors(path)
    try:
        header = msgspec.json.decode(metadata["attractor"])
        experiment = from_plain(header["experiment"])
        lanes = tuple(
            LaneCheckpoint(
                build=int(lane["build"]),
                step=int(lane["step"]),
                log=tuple(Change(int(step), str(path), value) for step, path, value in lane["log"]),
                beginning=dict(lane.get("beginning", {})),
                state={k.partition("/")[2]: v for k, v in tensors.items() if k.partition("/")[0] == str(index)},
            )
            for index, lane in enumerate(header["lanes"])
        )
        return Checkpoint(experiment, int(header["run_id"]), lanes)
    except (KeyError, TypeError, ValueError, RecipeError) as error:
        raise ArchiveError(f"{path}: it is no checkpoint of this app ({error})") from None


def read_tensors(path: Path) -> tuple[State, Mapping[str, str]]:
    """The tensors and the header texts of a safetensors file. Raises ArchiveError."""
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            tensors: dict[str, Tensor] = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
            return tensors, file.metadata() or {}
    except (OSError, safetensors.SafetensorError, ValueError) as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else str(error)
        raise ArchiveError(f"{path}: {reason}") from None


class Saver(threading.Thread):
    """Writes checkpoints off the training thread; a new one replaces one that is still waiting."""

    def __init__(self, folder: Path) -> None:
        super().__init__(name="saver", daemon=True)
        self.folder = folder
        self._waiting: Checkpoint | None = None
        self._wake = threading.Condition()
        self._closing = False
        self._writing = False
        self._done: list[dict[str, int] | str] = []

    def put(self, checkpoint: Checkpoint) -> None:
        """Write this checkpoint as soon as possible."""
        with self._wake:
            self._waiting = checkpoint
            self._wake.notify()

    @property
    def busy(self) -> bool:
        """Whether there is an outcome that was not told yet, or will be one."""
        with self._wake:
            return self._waiting is not None or self._writing or bool(self._done)

    def outcomes(self) -> list[dict[str, int] | str]:
        """What happened since the last call: the steps of a saved checkpoint, or the reason why one could not be saved."""
        with self._wake:
            done, self._done = self._done, []
        return done

    def close(self) -> None:
        """Write what waits, then end; a disk that answers no more is not waited for: what it had before is whole."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self.join(FAREWELL_S)

    def run(self) -> None:
        """The thread's life."""
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._waiting is not None or self._closing)
                checkpoint, self._waiting = self._waiting, None
                self._writing = checkpoint is not None
            if checkpoint is None:
                return
            outcome: dict[str, int] | str
            try:
                save_checkpoint(self.folder, checkpoint)
                outcome = {
                    lane.name: saved.step
                    for lane, saved in zip(checkpoint.experiment.lanes, checkpoint.lanes, strict=True)
                }
            except ArchiveError as error:
                outcome = str(error)
            with self._wake:
                self._done.append(outcome)
                self._writing = False


