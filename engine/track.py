# SPDX-License-Identifier: MIT
"""A track: one lane at play. Its run, its scene, its place in the training, and the way back when a loss explodes."""

from __future__ import annotations

import hashlib
import time

import numpy as np
import torch

from engine.figures import Diverged, Figures
from engine.history import History, Snapshot
from engine.protocol.messages import LaneFacts, LaneState, Scalars
from engine.run import Run, State
from engine.scene import Scene, scene_of
from engine.train import train

IDLE_SHARE = 0.1  #: of the time that another lane has: for one that has nothing to learn
KEEP_EVERY = 50  #: steps between two snapshots in memory, or more:
KEEP_SHARE = 0.003  #: of the training's time that they may take


class Track:
    """One lane at play. `left` counts the steps that are still to go (None: no end)."""

    def __init__(self, run: Run, classes: tuple[str, ...]) -> None:
        self.run = run
        self.scene: Scene = scene_of(run, classes)
        self.left: int | None = 0
        self.used_s = 0.0  #: time spent here since the lanes last started together
        self.share = 1.0 if any(True for _ in run.network.parameters()) else IDLE_SHARE  #: of an equal part of the time
        self.history = History(Snapshot(run.step, run.state()))
        self.goal = 0  #: a branch replays to this step before anything else
        self._figures = Figures(run)
        self._set_out()

    @property
    def name(self) -> str:
        """The lane's name."""
        return self.run.lane.name

    def advance(self) -> None:
        """Train to the next place where the loop gives the word back. Raises Diverged."""
        if torch.get_num_threads() != self.run.threads:
            torch.set_num_threads(self.run.threads)
        before = self.run.train_s
        whole = next(self._train)
        self.used_s += self.run.train_s - before
        if whole and self.left is not None:
            self.left -= 1
        if whole and self.run.step - self.history.last.step >= KEEP_EVERY and self.run.train_s >= self._keep_at:
            self._keep()
        elif self._figures.due:
            self._figures.read()

    def _set_out(self) -> None:
        """Train on from where the run stands now."""
        self._train = train(self.run)
        self._rate = self.run.step
        self._keep_at = 0.0  # seconds of training, which may have gone back

    def _keep(self) -> None:
        """A snapshot, if all are numbers; the next one when the training has gone on long enough to pay for it."""
        since = time.perf_counter()
        self.check()
        self.history.keep(Snapshot(self.run.step, self.run.state()))
        self._keep_at = self.run.train_s + (time.perf_counter() - since) / KEEP_SHARE

    @property
    def replaying(self) -> bool:
        """Whether this is a branch that is still on its way to the step where it begins."""
        return self.run.replaying

    def branch_from(self, parent: Track, step: int) -> None:
        """Become what `parent` was after `step` steps: its nearest snapshot, and from there a replay with its log."""
        start = parent.history.before(min(step, parent.run.step))
        self.goal = min(step, parent.run.step)
        self.history = parent.history.until(start.step)
        self.run.log = [change for change in parent.run.log if change.step <= self.goal]
        self.run.origin = parent.run.build, self.goal
        self.run.restore(start.state)
        self.run.replay(parent.run)
        self._set_out()

    def replay(self) -> None:
        """One slice of the way to `goal`: the steps of the parent once more, with its changes at their places. No news."""
        if self.run.step < self.goal and next(self._train):
            self.run.obey_log()
        arrived = self.run.step >= self.goal
        if self.run.ledger.full or arrived:
            self.run.ledger.read()
        if arrived:
            self.run.end_replay()
            self._rate = self.run.step
            self.scene.change()

    def digest(self) -> str:
        """SHA-256 of the weights, to tell whether two runs are the same."""
        found = hashlib.sha256()
        for parameter in self.run.objective.parameters():
            found.update(parameter.detach().cpu().numpy().tobytes())
        return found.hexdigest()

    def check(self) -> None:
        """Read the figures of the steps so far; raises Diverged at the first that is not finite, or where a weight is not.

        The figures of a step are those before its update: only both together say that a state is worth keeping.
        """
        self._figures.read()
        if not self.run.finite:
            raise Diverged("a weight", self.run.step)

    def restore(self, state: State) -> None:
        """Put a fresh run into a state that its like had; its beginning stays, so that every step can still be replayed."""
        self.run.restore(state)
        self._set_out()
        self._figures.forget_after(-1)
        self.history = self.history.until(0)
        if self.run.step > self.history.last.step:
            self.history.keep(Snapshot(self.run.step, self.run.state()))
        self.scene.change()

    def go_back(self, diverged_at: int | None = None) -> None:
        """Return to the last snapshot; the figures of the steps after it are forgotten.

        A loss is that of the weights of the step before: where those are a snapshot, it is worth nothing.
        """
        if diverged_at is not None:
            self.history.forget_from(diverged_at - 1)
        self.run.restore(self.history.last.state)
        self._set_out()
        self._figures.forget_after(self.run.step)
        self.scene.change()

    def sound(self) -> tuple[int, State]:
        """The newest finite state, for a checkpoint: the present one, or the last snapshot where a figure has exploded."""
        if self.run.finite:
            return self.run.step, self.run.state()
        return self.history.last.step, self.history.last.state

    def scalars(self) -> Scalars | None:
        """The figures since the last call, every one once; None where there are none."""
        found = self._figures.take()
        if found is None:
            return None
        steps, seconds, values = found
        return Scalars(lane=self.name, build=self.run.build, steps=steps, seconds=seconds, values=values)

    def measured(self, figures: dict[str, float], place: tuple[int, float] | None = None) -> Scalars:
        """Figures of a probe, as scalars of the present step, or of the place (step, seconds) where it began."""
        step, seconds = place or (self.run.step, self.run.train_s)
        values = {name: np.array([value]) for name, value in figures.items()}
        steps = np.array([step], np.int64)
        return Scalars(lane=self.name, build=self.run.build, steps=steps, seconds=np.array([seconds]), values=values)

    def facts(self, revived: bool, tried: dict[str, float]) -> LaneFacts:
        """What was built; `tried` says how fast each device was, where there was a choice."""
        run = self.run
        return LaneFacts(
            name=self.name, build=run.build, step=run.step, device=run.device.type, threads=run.threads,
            parameters=sum(p.numel() for p in run.network.parameters()), widths=run.network.widths,
            revived=revived, origin=run.origin, tried=tried,
        )  # fmt: skip

    def state(self, wall_s: float) -> LaneState:
        """Where the lane stands; its speed over the `wall_s` seconds since the last call."""
        speed = max(0, self.run.step - self._rate) / wall_s if wall_s > 0 else 0.0
        self._rate = self.run.step
        return LaneState(
            name=self.name, build=self.run.build, step=self.run.step, steps_per_s=speed, train_s=self.run.train_s
        )
