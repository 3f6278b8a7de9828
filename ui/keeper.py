# SPDX-License-Identifier: MIT
"""Keeps what was done: runs saved and opened by hand, the autosave of the session, and what a crash left behind."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from engine.protocol.messages import Event, Failed, Frame, Kept, LaneState, Paused, Resume, Resumed, Save, Scalars
from ui.arrays import give
from ui.player import Player
from ui.recovery import Lost, Sessions
from ui.runfile import Curves, RunFileError, SavedRun, read_run, write_run

PERIOD_MS: Final = 20_000

_log = logging.getLogger(__name__)


class Keeper(QObject):
    """Saves and opens runs. An explicit save waits for the engine's checkpoint; the window does not."""

    said = Signal(str, dict)  #: (kind, values) of a notice
    opened = Signal()

    def __init__(self, player: Player, sessions: Sessions | None, parent: QObject) -> None:
        super().__init__(parent)
        self._player, self._sessions = player, sessions
        self._waiting: Path | None = None  # the file that a run shall be saved to
        self._parts: list[np.ndarray] = []
        self._opening: tuple[int, str] = (-1, "")  # run_id and name of the run that is being opened
        self._recovering: Lost | None = None
        self._offered: Lost | None = None
        self._warned = False
        player.troupe.reported.connect(self._hear)
        player.troupe.died.connect(self._give_up)
        self._timer = QTimer(self)
        self._timer.setInterval(PERIOD_MS)
        self._timer.timeout.connect(self.autosave)
        self._timer.start()

    def save_every(self, seconds: int) -> None:
        """How often the session is saved by itself; 0 is never, but for pauses, errors and the end."""
        if seconds:
            self._timer.start(1000 * seconds)
        else:
            self._timer.stop()

    def save_run(self, name: str) -> None:
        """Write the present run to a file, as soon as the engine has sent its checkpoint."""
        self._waiting, self._parts = Path(name), []
        self._player.troupe.send(Save())

    def open_run(self, name: str) -> None:
        """Go on with a run from a file; undo goes back to the present one."""
        try:
            self._play(read_run(Path(name), self._player.arrays), Path(name).name)
        except RunFileError as error:
            self.said.emit("file_refused", {"file": name, "reason": str(error)})

    def autosave(self) -> None:
        """Write recipe, curves and data into the session's folder; weights are the engine's own business."""
        if self._sessions is None:
            return
        try:
            self._sessions.write(self._present(b""), self._player.arrays)
            self._warned = False
        except RunFileError as error:
            if not self._warned:  # once: training goes on, the next try may succeed
                self._warned = True
                self.said.emit("file_refused", {"file": "Autosave", "reason": str(error)})

    def close(self) -> None:
        """The session ends in order: there is nothing to recover."""
        self._timer.stop()
        if self._offered is not None:  # who leaves in order without it does not want it
            self._offered.settle()
        if self._sessions is not None:
            self._sessions.close()

    def offer(self) -> Lost | None:
        """What a crash left behind and was not offered too often."""
        self._offered = self._sessions.lost() if self._sessions is not None else None
        return self._offered

    def recover(self, lost: Lost) -> None:
        """Go on with what a crash left behind."""
        try:
            self._recovering = lost
            self._play(lost.run(self._player.arrays), "The lost session")
        except RunFileError as error:
            self._recovering = None
            self.said.emit("file_refused", {"file": str(lost.folder), "reason": str(error)})

    def _hear(self, event: Event) -> None:
        match event:
            case Kept(what="checkpoint") if self._waiting is not None:
                self._collect(event)
            case Resumed() if event.run_id == self._opening[0]:
                if self._recovering is not None:
                    self._recovering.settle()
                    self._recovering = None
                self.said.emit("run_opened", {"file": self._opening[1], "step": max(event.steps.values(), default=0)})
                self._opening = (-1, "")
            case Paused() | Failed():
                self.autosave()
            case _:
                pass

    def _give_up(self, kind: str, values: Mapping[str, object]) -> None:
        """The engine died with the checkpoint that a file waits for."""
        file, self._waiting, self._parts = self._waiting, None, []
        self._opening = (-1, "")
        if file is not None:
            self.said.emit("unsaved", {"file": str(file)})

    def _collect(self, piece: Kept) -> None:
        self._parts = [piece.values] if piece.offset == 0 else [*self._parts, piece.values]
        if piece.offset + piece.values.size < piece.size or self._waiting is None:
            return
        file, self._waiting = self._waiting, None
        try:
            write_run(file, self._present(b"".join(part.tobytes() for part in self._parts)), self._player.arrays)
        except RunFileError as error:
            self.said.emit("file_refused", {"file": str(file), "reason": str(error)})
        else:
            self.said.emit("file_saved", {"file": str(file)})
        self._parts = []

    def _present(self, checkpoint: bytes) -> SavedRun:
        """The experiment and its curves, lane by lane, of the builds that play."""
        state = self._player.session.state
        moment = self._player.reel.now(state.run_id)
        scalars: list[Scalars] = []
        for lane in moment.lanes if moment is not None else ():
            assert moment is not None
            for name in moment.past.names(lane.name):
                curve = moment.past.series(lane.name, name)
                if curve is not None:
                    scalars.append(Scalars(lane=lane.name, build=lane.build, steps=curve.steps.astype(np.int64),
                                           seconds=curve.seconds, values={name: curve.values}))  # fmt: skip
        return SavedRun(state.experiment, checkpoint, Curves(scalars=tuple(scalars)))

    def _play(self, run: SavedRun, name: str) -> None:
        """Put a saved run on: its curves at once, its weights when the engine has them."""
        state = self._player.session.load(run.experiment)
        builds = {lane.name: build for lane, build in zip(run.experiment.lanes, state.builds, strict=True)}
        self._opening = (state.run_id, name)
        scalars = tuple(_renamed(s, builds[s.lane]) for s in run.curves.scalars if s.lane in builds)
        lanes = tuple(
            LaneState(name=lane, build=build, step=max((int(s.steps[-1]) for s in scalars if s.lane == lane), default=0),
                      steps_per_s=0.0, train_s=0.0)
            for lane, build in builds.items()
        )  # fmt: skip
        self._player.reel.add(Frame(run_id=state.run_id, number=0, training=False, lanes=lanes, scalars=scalars, pictures={}))
        if run.checkpoint:
            data = np.frombuffer(run.checkpoint, np.uint8)
            sha256 = hashlib.sha256(run.checkpoint).hexdigest()
            resume = Resume(sha256=sha256, run_id=state.run_id, builds=state.builds)
            self._player.resume((*give(sha256, data), resume))
        else:
            self._player.resume(())
        self.opened.emit()


def _renamed(scalars: Scalars, build: int) -> Scalars:
    return Scalars(lane=scalars.lane, build=build, steps=scalars.steps, seconds=scalars.seconds, values=scalars.values)
