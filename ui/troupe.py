# SPDX-License-Identifier: MIT
"""The engine as the window sees it: started, told, heard, dead, started again from its last checkpoint."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.protocol.link import Ending, OtherVersion
from engine.protocol.messages import (
    Build,
    Built,
    Command,
    Event,
    Frame,
    Hello,
    Pause,
    Paused,
    Play,
    Resume,
    Resumed,
    Save,
    Saved,
    Started,
    Step,
    Watch,
)
from engine.protocol.recipe.probes import Panel
from ui.bridge import EngineThread

ANSWERED = Build | Resume | Save | Pause  #: commands that are always answered


class Troupe(QObject):
    """One engine at a time. Its death is said once, with how it came and how old the last checkpoint is."""

    reported = Signal(object)  #: each Event of the engine
    died = Signal(str, dict)  #: (kind, values) of `engine.protocol.words`
    playing_changed = Signal(bool)
    wanted = Signal()  #: somebody wants to play, and there is no engine any more

    def __init__(self, argv: Sequence[str], log: Path | None, parent: QObject) -> None:
        super().__init__(parent)
        self.hello: Hello | None = None
        self.playing = self._was_playing = False  #: the second: when the engine died
        self.pace = 0.0  #: steps a second in slow motion; 0 as fast as it can
        self.deaths = self.strays = 0  #: engines that died; threads that did not end, whatever was done
        self._argv, self._log = tuple(argv), log
        self._thread: EngineThread | None = None
        self._watched = Watch(panels=())
        self._saved_at: float | None = None
        self.round_s: float | None = None  #: seconds to an engine elsewhere and back, a running mean; None where it is here
        self.heard = 0  #: messages of all engines so far
        self.owing = False  #: whether the engine has to say something: it plays, or was asked and has not answered
        self.up = False  #: whether it has said hello
        self._built = False

    @property
    def argv(self) -> tuple[str, ...]:
        """The words that start the engine."""
        return self._argv

    def start(self) -> bool:
        """Start an engine, and let it take up the last checkpoint; False where there is none, and it waits for a Build."""
        self.stop()
        self.owing, self.up, self._built = True, False, False
        self._thread = EngineThread(self._argv, self._log, self)
        self._thread.reported.connect(self._hear)
        self._thread.ended.connect(self._ended)
        self._thread.start()
        self.send(self._watched)
        if self._saved_at is not None:
            self.send(Resume())
        return self._saved_at is not None

    def stop(self) -> None:
        """End the engine in an orderly way; waits for it, but not for ever."""
        thread, self._thread = self._thread, None
        self.owing = False
        if thread is not None:
            thread.stop()
            if thread.isFinished():
                thread.deleteLater()
            else:
                self.strays += 1

    def kill(self) -> None:
        """End an engine that hangs, at once; nobody is told of its death. What it did goes on from the last checkpoint."""
        self._was_playing = self.playing
        self._show_playing(False)
        if self._thread is not None:
            self._thread.kill()
        self.stop()

    def send(self, command: Command) -> None:
        """Tell the engine; where there is none, nobody listens."""
        if self._thread is not None:
            self._thread.send(command)
            self.owing |= isinstance(command, ANSWERED) or (self._built and isinstance(command, Play | Step))

    def take(self) -> list[Frame]:
        """The frames that came since the last call, oldest first."""
        frames = self._thread.take() if self._thread is not None else []
        if frames and self._thread is not None:
            self._note(len(frames))
            self.round_s = self._thread.round_s
        return frames

    def play(self) -> None:
        """Train until told otherwise; an engine that died is wanted again."""
        if self._thread is None and self.deaths:
            self.wanted.emit()
        self.send(Play(steps_per_s=self.pace))

    def set_pace(self, pace: float) -> None:
        """Train so many steps a second from now on, 0 as fast as it can."""
        self.pace = pace
        if self.playing:
            self.play()

    def pause(self) -> None:
        """Stop training after the present step."""
        self.send(Pause())

    def toggle(self) -> None:
        """Play where it rests, pause where it plays."""
        (self.pause if self.playing else self.play)()

    def step(self, count: int = 1) -> None:
        """Train a few steps, then pause."""
        self.send(Step(count=count))

    def watch(self, panels: tuple[Panel, ...] | None = None, fps: float | None = None) -> None:
        """Measure what these panels show and nothing else, and send at most so many frames a second; None: as before."""
        old = self._watched
        self._watched = Watch(panels=old.panels if panels is None else panels, frames_per_s=fps or old.frames_per_s)
        if self._watched != old:
            self.send(self._watched)

    def _hear(self, event: Event) -> None:
        if self.sender() is not self._thread:
            return  # a word of the engine before, that was still under way
        self._note(1)
        match event:
            case Hello():
                self.hello, self.up = event, True
                self.owing = True  # a Build or a Resume waits for it
            case Built():
                self._built = True
            case Saved():
                self._saved_at = time.monotonic()
            case Started() | Paused():
                self._show_playing(isinstance(event, Started))
            case Resumed():
                self._built = True
                if self._was_playing:
                    self._was_playing = False
                    self.play()
        self.reported.emit(event)

    def _note(self, messages: int) -> None:
        self.heard += messages
        self.owing = self.playing

    def _show_playing(self, playing: bool) -> None:
        if playing != self.playing:
            self.playing = self.owing = playing
            self.playing_changed.emit(playing)

    def _ended(self, ending: Ending) -> None:
        if self.sender() is not self._thread:
            return
        self.deaths += 1
        self._was_playing = self.playing
        self._show_playing(False)
        self.stop()
        values = {"how": _how(ending), "log": str(self._log)}
        if isinstance(ending.trouble, OtherVersion):
            self.died.emit("engine_differs", {"theirs": ending.trouble.theirs, "ours": ending.trouble.ours})
        elif self._saved_at is not None:
            self.died.emit("engine_stopped", {**values, "age_s": round(time.monotonic() - self._saved_at)})
        else:
            self.died.emit("engine_stopped_early" if self.hello is not None else "engine_refused", values)


def _how(ending: Ending) -> str:
    if ending.code is None:
        return ending.words or "no answer"
    return f"signal {-ending.code}" if ending.code < 0 else f"exit code {ending.code}"
