# SPDX-License-Identifier: MIT
"""Tails: the way of each point since its birth, in at most SLOTS positions, halved in resolution when it grows longer."""

from __future__ import annotations

import numpy as np

SLOTS = 32


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

    def move(self, xy: np.ndarray) -> None:
        """Every point is now at xy (n, 2)."""
        self._age += 1
        due = np.flatnonzero(self._age % self._stride == 0)
        full = due[self._filled[due] == SLOTS]
        if len(full):
            self._xy[: SLOTS // 2, full] = self._xy[::2, full]
            self._filled[full] = SLOTS // 2
            self._stride[full] *= 2
            due = due[self._age[due] % self._stride[due] == 0]
        self._xy[self._filled[due], due] = xy[due]
        self._filled[due] += 1

    def paths(self, xy: np.ndarray) -> np.ndarray:
        """Positions from birth to the present place xy (n, 2), oldest first: (SLOTS + 1, n, 2) float32."""
        now = xy.astype(np.float32)[None]
        pending = np.arange(SLOTS)[:, None, None] >= self._filled[None, :, None]
        return np.concatenate([np.where(pending, now, self._xy), now])
