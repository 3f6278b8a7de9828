# SPDX-License-Identifier: MIT
"""A share of the wall clock."""

from __future__ import annotations


class Budget:
    """Seconds that an activity may spend: it earns `share` of the time that passes, and saves up at most `burst_s`."""

    def __init__(self, share: float, burst_s: float) -> None:
        self.share = share
        self.burst_s = burst_s
        self._saved = burst_s
        self._at = 0.0
        self._spent = 0.0

    def allows(self, now: float) -> bool:
        """Whether anything is left at time `now` (seconds, of any clock that goes on)."""
        self._saved = min(self.burst_s, self._saved + self.share * max(0.0, now - self._at))
        self._at = now
        return self._saved > 0

    def spend(self, seconds: float) -> None:
        """Note what was used; it may overdraw, and the activity then waits."""
        self._saved -= seconds
        self._spent += seconds

    def settle(self) -> None:
        """Forget what is owed: who spends while nobody else wants the time pays nothing back later."""
        self._saved = max(self._saved, 0.0)

    def spent(self) -> float:
        """Seconds spent since the last call."""
        spent, self._spent = self._spent, 0.0
        return spent
