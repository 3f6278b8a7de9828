# SPDX-License-Identifier: MIT
"""Keeps session, engine and reel in step: edits become commands, frames come in by the one timer of the window."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from engine.protocol.link import Ending
from engine.protocol.messages import (
    Built,
    Command,
    Event,
    Failed,
    Frame,
    Hello,
    Pause,
    Paused,
    Play,
    Resume,
    Resumed,
    Saved,
    Started,
    Step,
    Watch,
)
from engine.protocol.recipe.probes import Panel
from ui.bridge import EngineThread
from ui.reel import Reel
from ui.session import Session, State, commands_between

TICK_MS: Final = 16


class Player(QObject):
    """One session, played by one engine at a time, seen through one reel."""

    edited = Signal(object)  #: the State after an edit, undo, load, …
    ticked = Signal(bool)  #: the timer came; whether it brought news
    framed = Signal(object)  #: the newest Moment of the present run
    reported = Signal(object)  #: each Event of the engine
    noticed = Signal(str, dict)  #: (kind, values) of `engine.protocol.words`
    playing_changed = Signal(bool)

    def __init__(self, session: Session, argv: Sequence[str], log: Path | None = None) -> None:
        super().__init__()
        self.session = session
        self.reel = Reel()
        self.playing = False
        self.hello: Hello | None = None
        self.deaths = 0
        self._argv, self._log = tuple(argv), log
        self._engine: EngineThread | None = None
        self._told: State | None = None
        self._watched = Watch(panels=())
        self._saved_at: float | None = None
        self._go_on_playing = False
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Start an engine and let it build what the session holds."""
        self._told = None
        self._open()
        self._tell()

    def go_on(self) -> None:
        """After the engine's death: start another, and take up the last checkpoint where there is one."""
        if self._saved_at is None:
            self.start()
            return
        self._open()
        self._send(Resume())

    def stop(self) -> None:
        """End the engine in an orderly way; waits for it, but not for ever."""
        self._timer.stop()
        if self._engine is not None:
            self._engine.stop()
            self._engine = None

    # ------------------------------------------------------------------------------------------------- what the user does

    def edit(self, path: str, value: Any, held: bool = False) -> None:
        """Change one value; raises RecipeError where the recipe refuses it."""
        old = self.session.state
        new = self.session.edit(path, value, held)
        self._settle(old, new)

    def undo(self) -> None:
        """Take back the last edit."""
        self._settle(self.session.state, self.session.undo())

    def redo(self) -> None:
        """Do again what was undone."""
        self._settle(self.session.state, self.session.redo())

    def reset(self) -> None:
        """Fresh weights in every lane."""
        self._settle(self.session.state, self.session.reset())

    def load(self, experiment: Any) -> None:
        """Play another experiment in this chapter's place."""
        self._settle(self.session.state, self.session.load(experiment))

    def turn_to(self, key: str, experiment: Any) -> None:
        """Go to a chapter, as it was left; training pauses."""
        old = self.session.state
        if key != self.session.key:
            self.pause()
            self._settle(old, self.session.turn_to(key, experiment))

    def play(self) -> None:
        """Train until told otherwise."""
        self._send(Play())

    def pause(self) -> None:
        """Stop training after the present step."""
        self._send(Pause())

    def toggle(self) -> None:
        """Play where it rests, pause where it plays."""
        (self.pause if self.playing else self.play)()

    def step(self, count: int = 1) -> None:
        """Train a few steps, then pause."""
        self._send(Step(count=count))

    def watch(self, panels: tuple[Panel, ...]) -> None:
        """Measure what these panels show, and nothing else."""
        if panels != self._watched.panels:
            self._watched = Watch(panels=panels)
            self._send(self._watched)

    def send(self, command: Command) -> None:
        """Tell the engine something that is no part of the recipe (points on the stage, a place pointed at)."""
        self._send(command)

    # ------------------------------------------------------------------------------------------------- what the engine says

    def _open(self) -> None:
        if self._engine is not None:
            self._engine.stop()
        self._engine = EngineThread(self._argv, self._log, self)
        self._engine.reported.connect(self._hear)
        self._engine.ended.connect(self._ended)
        self._engine.start()
        self._send(self._watched)
        self._timer.start()

    def _send(self, command: Command) -> None:
        if self._engine is not None:
            self._engine.send(command)

    def _settle(self, old: State, new: State) -> None:
        if new != old:
            self._tell()
            self.edited.emit(new)

    def _tell(self) -> None:
        for command in commands_between(self._told, self.session.state):
            self._send(command)
        self._told = self.session.state

    def _tick(self) -> None:
        frames: list[Frame] = self._engine.take() if self._engine is not None else []
        for frame in frames:
            self.reel.add(frame)
        # What was under way when the chapter or the recipe changed belongs to the reel, but not on the screen.
        news = any(frame.run_id == self.session.state.run_id for frame in frames)
        if news:
            self.framed.emit(self.reel.now(self.session.state.run_id))
        self.ticked.emit(news)

    def _hear(self, event: Event) -> None:
        match event:
            case Hello():
                self.hello = event
            case Started() | Paused():
                self._show_playing(isinstance(event, Started))
            case Saved():
                self._saved_at = time.monotonic()
            case Resumed():
                self._resumed(event)
            case Failed(kind="no_checkpoint"):
                self._told = None
                self._tell()
            case Failed():
                self.noticed.emit(event.kind, event.values)
            case Built():
                pass
        self.reported.emit(event)

    def _resumed(self, event: Resumed) -> None:
        self._told = State(event.run_id, event.experiment, event.builds)
        self._tell()
        if self._go_on_playing:
            self.play()
        self.noticed.emit("resumed", {"step": max(event.steps.values(), default=0)})

    def _show_playing(self, playing: bool) -> None:
        if playing != self.playing:
            self.playing = playing
            self.playing_changed.emit(playing)

    def _ended(self, ending: Ending) -> None:
        if ending.orderly or self.sender() is not self._engine:
            return
        self.deaths += 1
        self._go_on_playing = self.playing
        self._show_playing(False)
        how = _how(ending)
        if self.hello is None:
            self.noticed.emit("engine_refused", {"how": how, "log": str(self._log)})
        elif self._saved_at is None:
            self.noticed.emit("engine_stopped_early", {"how": how})
        else:
            self.noticed.emit("engine_stopped", {"how": how, "age_s": round(time.monotonic() - self._saved_at)})


def _how(ending: Ending) -> str:
    if ending.code is None:
        return "no answer"
    return f"signal {-ending.code}" if ending.code < 0 else f"exit code {ending.code}"
