# SPDX-License-Identifier: MIT
"""The way back: snapshots of a run, dense near the present and thin in the far past, within a memory budget."""

from __future__ import annotations

from dataclasses import dataclass

from engine.run import State

BUDGET_BYTES = 96 * 2**20


@dataclass(frozen=True)
class Snapshot:
    """A finite state of a run, after `step` steps."""

    step: int
    state: State

    @property
    def size(self) -> int:
        """Bytes of its tensors."""
        return sum(tensor.nbytes for tensor in self.state.values())


class History:
    """Snapshots in the order of their steps. Over budget, the one goes whose loss widens the gaps least for its age.

    The first and the last always stay, so that every seen step can be replayed from a snapshot before it.
    """

    def __init__(self, first: Snapshot, budget: int = BUDGET_BYTES) -> None:
        self._kept = [first]
        self._budget = budget
        self._size = first.size

    @property
    def last(self) -> Snapshot:
        """The newest snapshot."""
        return self._kept[-1]

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps that are kept."""
        return tuple(snapshot.step for snapshot in self._kept)

    def keep(self, snapshot: Snapshot) -> None:
        """Add the state of a later step."""
        self._kept.append(snapshot)
        self._size += snapshot.size
        self.squeeze(self._budget)

    def squeeze(self, budget: int) -> None:
        """Keep fewer, of `budget` bytes together, as long as there are more than the first and the last."""
        while self._size > budget and len(self._kept) > 2:
            self._size -= self._kept.pop(self._cheapest()).size

    def before(self, step: int) -> Snapshot:
        """The newest snapshot at or before `step`."""
        return max((s for s in self._kept if s.step <= step), key=lambda s: s.step, default=self._kept[0])

    def forget_from(self, step: int) -> None:
        """Give up the snapshots at `step` and after it; the first stays."""
        while len(self._kept) > 1 and self._kept[-1].step >= step:
            self._size -= self._kept.pop().size

    def until(self, step: int) -> History:
        """The part of this history up to `step`, for a branch; the states are shared, never written."""
        kept = [s for s in self._kept if s.step <= step] or self._kept[:1]
        branch = History(kept[0], self._budget)
        for snapshot in kept[1:]:
            branch.keep(snapshot)
        return branch

    def _cheapest(self) -> int:
        """The inner snapshot whose neighbors are nearest to each other, measured by their distance from the present."""
        now = self._kept[-1].step + 1

        def cost(i: int) -> float:
            return (self._kept[i + 1].step - self._kept[i - 1].step) / (now - self._kept[i - 1].step)

        return min(range(1, len(self._kept) - 1), key=cost)
