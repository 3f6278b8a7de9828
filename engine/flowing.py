# SPDX-License-Identifier: MIT
"""The flow's own clock: points move through a denoiser that is paused, finished, or still learning."""

from __future__ import annotations

import time
from collections.abc import Iterator

from engine.budget import Budget
from engine.protocol.messages import Flow
from engine.repertoire import Repertoire

CATCH_UP_S = 0.1  #: after a long pause (sleep, a long step) the lost updates are not made up for
REVISIT_S = 0.5  #: while the denoiser learns, points at rest are asked so often whether they still are


class Flowing:
    """Moves every lane's points at the asked pace, all lanes by the same clock."""

    def __init__(self, repertoire: Repertoire, budget: Budget) -> None:
        self.repertoire = repertoire
        self.budget = budget
        self.running = True
        self._left: int | None = None  #: updates that are still to go; None: no end
        self._until_fixed = False
        self._pace_s = 1 / 30
        self._next = 0.0
        self._revisit = 0.0

    def command(self, flow: Flow) -> None:
        """Run, stop, or take some updates."""
        self.running = flow.running or flow.steps > 0
        self._left = flow.steps if flow.steps else None
        self._until_fixed = flow.until_fixed
        self._pace_s = 1 / max(0.1, flow.updates_per_s)
        self._next = 0.0
        if self.running:
            self.wake()

    def wake(self) -> None:
        """Something has changed: let points that had arrived try again."""
        for track in self.repertoire.tracks:
            track.scene.swarm.wake()

    @property
    def moving(self) -> int:
        """Points that still move, in all lanes."""
        return sum(int(track.scene.swarm.moving.sum()) for track in self.repertoire.tracks)

    def advance(self, now: float, unbounded: bool) -> bool:
        """Move the points if their time has come; whether they moved."""
        revisit = self._behind() and now >= self._revisit
        if not (self._active() or revisit) or now < self._next or not (unbounded or self.budget.allows(now)):
            return False
        since = time.perf_counter()
        for track in self.repertoire.tracks:
            track.scene.swarm.update(everyone=revisit)
        self._next = max(self._next + self._pace_s, now - CATCH_UP_S)
        if revisit:
            self._revisit = now + REVISIT_S
        self._count()
        self.budget.spend(time.perf_counter() - since)
        return True

    def waits(self, now: float) -> Iterator[float]:
        """Seconds until the next update, if there will be one."""
        if self._active():
            yield self._next - now
        if self._behind():
            yield max(self._next, self._revisit) - now

    def _count(self) -> None:
        """Stop after the updates that were asked for, or when nothing moves any more."""
        if self._left is not None:
            self._left -= 1
            self.running = self._left > 0
        if self._until_fixed and not self._active():
            self.running = False

    def _active(self) -> bool:
        return self.running and any(track.scene.swarm.active for track in self.repertoire.tracks)

    def _behind(self) -> bool:
        return self.running and any(track.scene.swarm.behind for track in self.repertoire.tracks)
