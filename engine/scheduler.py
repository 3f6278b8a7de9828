# SPDX-License-Identifier: MIT
"""The scheduler: the engine's one loop. Everything that takes time is a generator, advanced in turn, a slice at a time.

    drain commands → move the points that are due → offer a frame → a slice of a probe → steps of training → sleep if idle

The steps go on for a few milliseconds, or to the next frame: asked before each step of a small network, all that stands before
it would take a thirtieth of the time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from engine.archive import Saver
from engine.audience import Audience
from engine.budget import Budget
from engine.flowing import Flowing
from engine.inbox import Inbox
from engine.measuring import Measuring
from engine.offering import Offering
from engine.performer import Performer
from engine.protocol.messages import FRAMES_PER_S, Command, Credit, Message, Quit, Watch
from engine.repertoire import Repertoire
from engine.store import Store
from engine.vigil import Vigil

FLOW_SHARE = 0.35
CHECKPOINT_S = 2.0
LOOK_S = 0.003  #: of steps before the next look at everything else
IDLE_S = 0.5  #: the longest sleep while a checkpoint may be due
MAKER_S = 0.05  #: … while something is being made for a file


class Scheduler:
    """Drains commands and keeps all clocks: training, flow, probes, frames, checkpoints."""

    def __init__(self, inbox: Inbox, send: Callable[[Message], None], folder: Path | None) -> None:
        self.inbox = inbox
        self.store = Store(folder)
        self.repertoire = Repertoire(self.store)
        self.audience = Audience()
        self.flowing = Flowing(self.repertoire, Budget(FLOW_SHARE, 0.02))
        self.measuring = Measuring(self.audience)
        self.performer = Performer(self.repertoire, self.audience, self.flowing, self.store, send, folder)
        self.trainer = self.performer.trainer
        self.offering = Offering(self.repertoire, self.audience, send)
        self.saver = None if folder is None else Saver(folder)
        self._saved: tuple[tuple[int, int, int], ...] = ()
        self._save_at = 0.0
        self._vigil = Vigil()
        self._asked = 1.0  # the part of all frames that the window wants

    def run(self) -> None:
        """Play until told to quit. At the end the last checkpoint is on disk."""
        if self.saver is not None:
            self.saver.start()
        commands: list[Command] = []
        while not self._obey(commands):
            now = time.perf_counter()
            self._vigil.beat(now)
            commands = self.inbox.drain() if self._turn(now) else self._sleep()
        self._vigil.rest()
        self._checkpoint(time.perf_counter(), force=True)
        if self.saver is not None:
            self.saver.close()

    def _sleep(self) -> list[Command]:
        """Nothing is due: wait for a command, or for the next thing that will be."""
        patience = self._patience(time.perf_counter())
        if patience is None:
            self._vigil.rest()
        return self.inbox.wait(patience)

    def _obey(self, commands: list[Command]) -> bool:
        for command in commands:
            if isinstance(command, Quit):
                return True
            if isinstance(command, Credit):
                self.offering.credit(command.frames)
            elif isinstance(command, Watch):
                self.offering.pace(command.frames_per_s)
                self._asked = min(1.0, command.frames_per_s / FRAMES_PER_S)
                self.audience.watch(command.panels, self.repertoire.tracks)
            else:
                self.performer.obey(command)
        if commands:
            self.audience.hear()
        return False

    def _turn(self, now: float) -> bool:
        """One round; whether anything was done, so that the next round should follow at once."""
        busy = self._look(now)
        end = min(now + LOOK_S, self.offering.next)
        while self.trainer.advance(now):
            busy = True
            now = time.perf_counter()
            if now >= end:
                break
        return busy

    def _look(self, now: float) -> bool:
        """Everything but the training; whether anything was done."""
        training = self.trainer.running
        if not training:
            self.measuring.settle()
            self.flowing.budget.settle()
        self.measuring.share(len(self.repertoire.tracks), self._asked)
        busy = self.flowing.advance(now, unbounded=not training)
        if self.offering.due(now):
            self.measuring.stages(now, training, self.flowing.budget)
            busy |= self.offering.offer(now, self.trainer.running, self.flowing, self.measuring)
        busy |= self.measuring.panels(now, training, self.offering.open)
        self.performer.report(self.saver)
        self._checkpoint(now)
        return busy

    def _patience(self, now: float) -> float | None:
        """How long to sleep when there is nothing to do; None: until a command comes."""
        waits = [
            *self.flowing.waits(now), *self.trainer.waits(now), *self.audience.waits(now),
            *self.offering.waits(now, self.trainer.running),
        ]  # fmt: skip
        if self.saver is not None and (self._places() != self._saved or self.saver.busy):
            waits.append(IDLE_S)
        if self.performer.keeping.busy:
            waits.append(MAKER_S)
        return max(0.0, min(waits)) if waits else None

    def _places(self) -> tuple[tuple[int, int, int], ...]:
        return tuple((t.run.build, t.run.step, len(t.run.log)) for t in self.repertoire.tracks)

    def _checkpoint(self, now: float, force: bool = False) -> None:
        if self.saver is None or (now < self._save_at and not force):
            return
        places = self._places()
        if places == self._saved:
            return
        checkpoint = self.repertoire.checkpoint()
        if checkpoint is not None:
            self.saver.put(checkpoint)
            self._saved, self._save_at = places, now + CHECKPOINT_S


