# SPDX-License-Identifier: MIT
"""Tails: the way of each point since its birth, in at most SLOTS positions, halved in resolution when it grows longer."""

from __future__ import annotations

import numpy as np

SLOTS = 32
FEWEST = 8  #: positions that are shown of each tail, however many there are
SEGMENTS = 48_000  #: as many as a screen can tell apart, and a pipe should carry sixty times a second


class Tails:
    """Thinned histories of n points in the plane. Each point has its own pace, so that late points have fine tails too."""

    def __init__(self) -> None:
        self._xy = np.empty((SLOTS, 0, 2), np.float32)
        self._filled = np.empty(0, np.int64)
        self._stride = np.empty(0, np.int64)
        self._age = np.empty(0, np.int64)

    def __len__(self) -> int:
        return self._xy.shape[1]

    def add(self, xy: np.ndarray) -> None:
        """New points at xy (k, 2)."""
        k = len(xy)
        self._xy = np.concatenate([self._xy, np.broadcast_to(xy.astype(np.float32), (SLOTS, k, 2))], axis=1)
        self._filled = np.concatenate([self._filled, np.ones(k, np.int64)])
        self._stride = np.concatenate([self._stride, np.ones(k, np.int64)])
        self._age = np.concatenate([self._age, np.zeros(k, np.int64)])

    def drop(self, count: int) -> None:
        """Forget the `count` oldest points."""
        self._xy = self._xy[:, count:]
        self._filled, self._stride, self._age = self._filled[count:], self._stride[count:], self._age[count:]

    def move(self, rows: np.ndarray, xy: np.ndarray) -> None:
        """The points in `rows` (k,) have moved to xy (k, 2); the others rest, and their tails stay as they are."""
        self._age[rows] += 1
        on_time = self._age[rows] % self._stride[rows] == 0
        due = rows[on_time]
        full = due[self._filled[due] == SLOTS]
        if len(full):
            self._xy[: SLOTS // 2, full] = self._xy[::2, full]
            self._filled[full] = SLOTS // 2
            self._stride[full] *= 2
            on_time &= self._age[rows] % self._stride[rows] == 0
            due = rows[on_time]
        self._xy[self._filled[due], due] = xy[on_time]
        self._filled[due] += 1

    def paths(self, xy: np.ndarray) -> np.ndarray:
        """Positions from birth to the present place xy (n, 2), oldest first: (T, n, 2) float32, T ≤ SLOTS + 1.

        Of very many points fewer positions are told, evenly chosen.
        """
        shown = int(np.clip(SEGMENTS // max(1, len(self)), FEWEST, SLOTS))
        chosen = np.linspace(0, 1, shown)[:, None] * (self._filled - 1)  # (T − 1, n)
        now = xy.astype(np.float32)[None]
        return np.concatenate([self._xy[chosen.round().astype(np.int64), np.arange(len(self))], now])
