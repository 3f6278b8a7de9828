# SPDX-License-Identifier: MIT
"""The figures of a run's steps on their way to the window: read every so often, checked, and kept until a frame takes them."""

from __future__ import annotations

import numpy as np

from engine.ledger import Backlog
from engine.run import Run

READ_S = 0.05  #: of training between two readings: what the curves lag behind


class Diverged(ArithmeticError):
    """A figure of a step became infinite or not a number."""

    def __init__(self, what: str, step: int) -> None:
        super().__init__(f"{what} at step {step}")
        self.what, self.step = what, step


class Figures:
    """What the steps of one run gave since a frame last took it."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._backlog = Backlog()
        self._read_at = 0.0  # seconds of training

    @property
    def due(self) -> bool:
        """Whether it is time to read, or there is room for no further step."""
        return self._run.train_s >= self._read_at or self._run.ledger.full

    def read(self) -> None:
        """Take over the figures of the steps so far. Raises Diverged at the first that is not finite."""
        steps, seconds, figures = self._run.ledger.read()
        self._read_at = self._run.train_s + READ_S
        bad = np.flatnonzero(~np.isfinite(figures).all(axis=1))
        good = int(bad[0]) if len(bad) else len(steps)
        if good:
            self._backlog.add(steps[:good], seconds[:good], figures[:good])
        if len(bad):
            column = int(np.flatnonzero(~np.isfinite(figures[good]))[0])
            raise Diverged(self._run.ledger.names[column], int(steps[good]))

    def take(self) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]] | None:
        """Steps (k,), seconds of training (k,) and each figure (k,), every one once; None where there are none."""
        found = self._backlog.take()
        if found is None:
            return None
        steps, seconds, figures = found
        return steps, seconds, {name: figures[:, i].copy() for i, name in enumerate(self._run.ledger.names)}

    def forget_after(self, step: int) -> None:
        """The run went back to `step`: what came later never was."""
        self._backlog.forget_after(step)
        self._read_at = 0.0
