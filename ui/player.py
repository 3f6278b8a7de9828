# SPDX-License-Identifier: MIT
"""Keeps session, engine and reel in step: edits become commands, frames come in by the one timer of the window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from engine.protocol.messages import Built, Command, Event, Failed, Resumed
from engine.protocol.recipe.editing import RecipeError, parameters
from engine.protocol.recipe.experiment import Experiment
from ui.arrays import Arrays
from ui.reel import Reel
from ui.session import Session, State, commands_between
from ui.troupe import Troupe

TICK_MS: Final = 16


class Player(QObject):
    """One session, played by one engine at a time, seen through one reel."""

    edited = Signal(object)  #: the State after an edit, undo, load, …
    ticked = Signal(bool)  #: the timer came; whether it brought news
    framed = Signal(object)  #: the newest Moment of the present run
    noticed = Signal(str, dict)  #: (kind, values) of `engine.protocol.words`

    def __init__(self, session: Session, argv: Sequence[str], log: Path | None = None) -> None:
        super().__init__()
        self.session = session
        self.reel = Reel()
        self.arrays = Arrays(log.parent if log is not None else None)  # beside the log
        self.folder = log.parent if log is not None else None  #: of logs and checkpoints
        self.troupe = Troupe(argv, log, self)
        self.troupe.reported.connect(self._hear)
        self.troupe.died.connect(self.noticed)
        self.troupe.wanted.connect(self.start)
        self._told: State | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Start an engine: it takes up the last checkpoint, or builds what the session holds. Once more after its death."""
        self._told = None
        self.arrays.forget()
        if not self.troupe.start():
            self._tell()
        self._timer.start()

    def restart(self) -> None:
        """Kill an engine that hangs, and go on from its last checkpoint with another one."""
        self.troupe.kill()
        self.start()

    def stop(self) -> None:
        """End the engine in an orderly way; waits for it, but not for ever."""
        self._timer.stop()
        self.troupe.stop()

    def edit(self, path: str, value: Any, held: bool = False) -> None:
        """Change one value; raises RecipeError where the recipe refuses it."""
        old, trained = self.session.state, self._trained()
        new = self.session.edit(path, value, held)
        self._settle(old, new)
        if trained and new.builds != old.builds:
            self.noticed.emit("rebuilt", {"label": label_of(new.experiment, path), "value": value})

    def undo(self) -> None:
        """Take back the last edit."""
        self._settle(self.session.state, self.session.undo())

    def redo(self) -> None:
        """Do again what was undone."""
        self._settle(self.session.state, self.session.redo())

    def reset(self) -> None:
        """Fresh weights in every lane."""
        trained = self._trained()
        self._settle(self.session.state, self.session.reset())
        if trained:
            self.noticed.emit("reset", {})

    def branch(self, steps: Mapping[str, int]) -> None:
        """Go on from where each lane of the present run was after so many steps; what came later stays on the curves."""
        self._settle(self.session.state, self.session.branch(steps))
        self.noticed.emit("branched", {"step": max(steps.values())})

    def compare(self, lane: str) -> bool:
        """Double a lane into A and B; False where there is no room for another one, which is said."""
        try:
            self._settle(self.session.state, self.session.compare(lane))
        except RecipeError as error:
            self.noticed.emit("refused", {"reason": str(error)})
            return False
        self.noticed.emit("compared", {})
        return True

    def load(self, experiment: Experiment) -> None:
        """Play another experiment in this chapter's place."""
        self._settle(self.session.state, self.session.load(experiment))

    def resume(self, commands: Sequence[Command]) -> None:
        """Play what the session was just given, by these commands; by none, as a fresh build."""
        state = self.session.state
        for command in (*self.arrays.commands(state.experiment), *commands):
            self.troupe.send(command)
        if commands:
            self._told = state
        self._tell()
        self.edited.emit(state)

    def turn_to(self, key: str, experiment: Experiment) -> None:
        """Go to a chapter, as it was left; training pauses."""
        old = self.session.state
        if key != self.session.key:
            self.troupe.pause()
            self._settle(old, self.session.turn_to(key, experiment))

    def _settle(self, old: State, new: State) -> None:
        if new != old:
            self._tell()
            self.edited.emit(new)

    def _trained(self) -> bool:
        """Whether something was learned that a rebuild takes off the screen."""
        moment = self.reel.now(self.session.state.run_id)
        return moment is not None and any(lane.step > 0 for lane in moment.lanes)

    def _tell(self) -> None:
        for piece in self.arrays.commands(self.session.experiment):
            self.troupe.send(piece)
        for command in commands_between(self._told, self.session.state):
            self.troupe.send(command)
        self._told = self.session.state

    def _tick(self) -> None:
        frames = self.troupe.take()
        for frame in frames:
            self.reel.add(frame)
        # What was under way when the chapter or the recipe changed belongs to the reel, but not on the screen.
        news = any(frame.run_id == self.session.state.run_id for frame in frames)
        if news:
            self.framed.emit(self.reel.now(self.session.state.run_id))
        self.ticked.emit(news)

    def _hear(self, event: Event) -> None:
        match event:
            case Built():
                for lane in event.lanes:
                    if lane.origin is not None:
                        self.reel.branch(event.run_id, lane.build, lane.origin)
                if self.session.settle({lane.build: lane.device for lane in event.lanes if lane.tried}):
                    self.edited.emit(self.session.state)
            case Resumed():
                # The checkpoint may be older than the last edit: tell the engine the difference.
                self._told = State(event.run_id, event.experiment, event.builds)
                self._tell()
                self.noticed.emit("resumed", {"step": max(event.steps.values(), default=0)})
            case Failed():
                self.noticed.emit(event.kind, event.values)
                if event.kind == "checkpoint_unreadable":
                    self._told = None
                    self._tell()
            case _:
                pass


def label_of(experiment: Experiment, path: str) -> str:
    """The name of a parameter as the form shows it; of a choice such as model.kind its section."""
    lane, _, own = path.partition(".")
    names = [lane.name for lane in experiment.lanes]
    declared = parameters(experiment, lane if lane in names else names[0])
    sought = own if lane in names else path
    label = next((parameter.label for parameter in declared if parameter.path == sought), sought.split(".")[0])
    return label[:1].upper() + label[1:]
