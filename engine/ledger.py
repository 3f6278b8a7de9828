# SPDX-License-Identifier: MIT
"""The figures of every step, kept as tensors until somebody reads them: no step waits for a number."""

from __future__ import annotations

import time

import numpy as np
import torch
from torch import Tensor

ROWS = 1024
WAITING = 2**15  #: rows that wait for a frame at most; beyond, older ones are thinned


class Ledger:
    """A buffer of the figures of consecutive steps, read in one go."""

    def __init__(self, names: tuple[str, ...], device: torch.device) -> None:
        self.names = names
        self._figures = torch.empty(ROWS, len(names), device=device)
        self._steps = np.empty(ROWS, np.int64)
        self._seconds = np.empty(ROWS)
        self._rows = 0
        self._row = torch.zeros(1, dtype=torch.long, device=device)  # the same, where a card repeats steps by itself

    @property
    def full(self) -> bool:
        """Whether the next `write` needs a `read` before it."""
        return self._rows == ROWS

    def write(self, step: int, seconds: float, figures: tuple[Tensor, ...]) -> None:
        """Keep the figures of one step, numbers in the order of `names`."""
        torch.stack(figures, out=self._figures[self._rows])
        self.count(step, seconds)

    def keep(self, figures: tuple[Tensor, ...]) -> None:
        """The card's half of a `write` that it may repeat by itself: it counts the rows too."""
        self._figures.index_copy_(0, self._row, torch.stack(figures).unsqueeze(0))
        self._row += 1

    def count(self, step: int, seconds: float) -> None:
        """The other half: which step that was."""
        self._steps[self._rows] = step
        self._seconds[self._rows] = seconds
        self._rows += 1

    def align(self) -> None:
        """Let the card count on from here."""
        self._row.fill_(self._rows)

    def read(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Steps (k,), training seconds (k,) and figures (k, len(names)) since the last read, copied."""
        k, self._rows = self._rows, 0
        self.align()
        figures = self._figures[:k].double().cpu().numpy()
        return self._steps[:k].copy(), self._seconds[:k].copy(), figures


def added(total: tuple[Tensor, ...], figures: tuple[Tensor, ...], weight: float) -> tuple[Tensor, ...]:
    """The figures of a minibatch so far, and `weight` times those of its next part; at first `total` is empty."""
    if weight == 1.0:
        return figures
    weighted = tuple(figure * weight for figure in figures)
    return tuple(a + b for a, b in zip(total, weighted, strict=True)) if total else weighted


class Backlog:
    """The figures that no frame has taken yet, in order. Where none is taken for hours, they are thinned."""

    def __init__(self, most: int = WAITING) -> None:
        self._parts: list[tuple[np.ndarray, ...]] = []  # steps (k,), seconds (k,), figures (k, n)
        self._most = most

    def add(self, *part: np.ndarray) -> None:
        """Steps, seconds and figures of the next steps."""
        self._parts.append(part)
        if sum(len(steps) for steps, *_ in self._parts) > self._most:
            steps, seconds, figures = self.take() or part
            # The newest step always stays: it is the place that the frame shows.
            self._parts = [(steps[::-2][::-1], seconds[::-2][::-1], figures[::-2][::-1])]

    def take(self) -> tuple[np.ndarray, ...] | None:
        """All of them, once; None where there are none."""
        parts, self._parts = self._parts, []
        return tuple(np.concatenate(kind) for kind in zip(*parts, strict=True)) if parts else None

    def forget_after(self, step: int) -> None:
        """The run went back to `step`: what came later never was."""
        kept = [(part, part[0] <= step) for part in self._parts]
        self._parts = [tuple(kind[rows] for kind in part) for part, rows in kept if rows.any()]


class Stopwatch:
    """Seconds spent in one activity."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._since = 0.0

    def __enter__(self) -> None:
        self._since = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._since
