# SPDX-License-Identifier: MIT
"""One scalar over the training: every value that came, until there are too many; then the older ones sparser. Qt-free."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

LIMIT: Final = 65_536  #: rows that one curve keeps
_FIRST: Final = 256  #: rows that a new curve has room for
_BUCKET: Final = 4  #: rows of which thinning keeps the lowest and the highest


class Curve(NamedTuple):
    """A scalar over steps and over seconds of training; the three arrays are read-only and belong together."""

    steps: NDArray[np.float64]  # (n,) rising
    seconds: NDArray[np.float64]  # (n,)
    values: NDArray[np.float64]  # (n,)


class Track:
    """The rows (step, seconds, value) of one scalar of one build. What `upto` gave stays as it was given."""

    def __init__(self) -> None:
        self._rows = np.empty((3, _FIRST))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def nbytes(self) -> int:
        """The memory that the rows take."""
        return self._rows.nbytes

    def extend(self, steps: NDArray[np.int64], seconds: NDArray[np.float64], values: NDArray[np.float64]) -> None:
        """Append rows (k,). Where the training went back to an earlier step, what came after that step is given up."""
        if not len(steps):
            return
        if self._count and steps[0] <= self._rows[0, self._count - 1]:
            kept = int(np.searchsorted(self._rows[0, : self._count], steps[0]))
            self._rows, self._count = self._rows[:, : self._count].copy(), kept
        self._make_room(len(steps))
        end = self._count + len(steps)
        self._rows[0, self._count : end] = steps
        self._rows[1, self._count : end] = seconds
        self._rows[2, self._count : end] = values
        self._count = end
        while self._count > LIMIT:
            self.thin()

    def upto(self, step: float) -> Curve:
        """The rows up to a step, that step included."""
        end = int(np.searchsorted(self._rows[0, : self._count], step, side="right"))
        seen = self._rows[:, :end]
        seen.setflags(write=False)
        return Curve(*seen)

    def thin(self) -> None:
        """Halve all but the newest quarter: of four rows in turn stay the lowest and the highest, in their order."""
        old = self._count * 3 // 4 // _BUCKET * _BUCKET
        values = self._rows[2, :old].reshape(-1, _BUCKET)  # (b, 4)
        low = np.argmin(np.where(np.isnan(values), np.inf, values), axis=1)
        high = np.argmax(np.where(np.isnan(values), -np.inf, values), axis=1)
        # Where one row is both, its bucket is flat: another row of it does as well.
        high = np.where(high == low, (low + 1) % _BUCKET, high)
        picked = np.sort(np.stack([low, high], axis=1), axis=1) + _BUCKET * np.arange(len(values))[:, None]  # (b, 2)
        self._rows = np.concatenate([self._rows[:, picked.ravel()], self._rows[:, old : self._count]], axis=1)
        self._count = self._rows.shape[1]

    def _make_room(self, rows: int) -> None:
        if self._count + rows > self._rows.shape[1]:
            # A quarter more, not twice as much: what thinning has just given up must not come back as empty room.
            larger = np.empty((3, _FIRST + (self._count + rows) * 5 // 4))
            larger[:, : self._count] = self._rows[:, : self._count]
            self._rows = larger
