# SPDX-License-Identifier: MIT
"""When panels are measured: in turn by a small share of the time, and by a larger one for what a hand has set."""

from __future__ import annotations

import time

from engine.audience import Audience, Haste, Seat
from engine.budget import Budget

PROBE_SHARE = 0.03  #: of the time, for each lane; who asks for half the frames asks for half the pictures in them
PROBES_AT_MOST = 0.08  #: … for all lanes
HAND_SHARE = 0.35  #: for what a hand has set, and waits for
BURST_S = 0.02
HAND_BURST_S = 0.005  #: within the time of a frame


class Measuring:
    """Gives each seat its slices. At rest nobody else wants the time: then there is no end of it."""

    def __init__(self, audience: Audience) -> None:
        self.audience = audience
        self.probes, self.hands = Budget(PROBE_SHARE, BURST_S), Budget(HAND_SHARE, HAND_BURST_S)

    def share(self, lanes: int, asked: float) -> None:
        """So many lanes play, and the window asks for this part of all frames."""
        self.probes.share = min(PROBE_SHARE * lanes, PROBES_AT_MOST) * asked

    def settle(self) -> None:
        """What is measured at rest takes no step's time, and must not keep the panels waiting after Play."""
        self.probes.settle()
        self.hands.settle()

    def spent(self) -> float:
        """Seconds spent since the last call."""
        return self.probes.spent() + self.hands.spent()

    def panels(self, now: float, training: bool, wanted: bool) -> bool:
        """Slices of what a hand waits for, as long as its share lasts, and one of whose turn it is; whether there was any.

        `wanted` says that the window would take a frame.
        """
        busy = False
        while (seat := self.audience.next(now, self._hastes(now, training))) is not None:
            if seat.haste is Haste.IN_TURN and training and wanted and self._yields(seat):
                break
            busy, again = True, training and seat.haste is Haste.SOON
            budget = self.probes if seat.haste is Haste.IN_TURN else self.hands
            budget.spend(self.audience.advance(seat))
            if not again:
                break
            now = time.perf_counter()
        return busy

    def stages(self, now: float, training: bool, flow: Budget) -> None:
        """The stage is drawn with every frame: on the flow's time while points move, else on the panels'.

        What a hand waits for is answered whatever was spent before.
        """
        for seat in self.audience.stages():
            moving = seat.track.scene.swarm.active
            budget = flow if moving else self.probes
            if not training or budget.allows(now):
                while seat.due:
                    budget.spend(self.audience.advance(seat))
                    if seat not in self.audience.seats:
                        break
            elif seat.probe.urgent:
                budget.spend(self.audience.advance(seat))

    def _hastes(self, now: float, training: bool) -> tuple[Haste, ...]:
        """Who may be measured now."""
        if not training:
            return tuple(Haste)
        soon = (Haste.SOON,) if self.hands.allows(now) else ()
        in_turn = (Haste.IN_TURN,) if self.probes.allows(now) else ()
        return Haste.AT_ONCE, *soon, *in_turn

    def _yields(self, seat: Seat) -> bool:
        """Whether a panel leaves its time to a stage that has had less and waits for the next frame.

        Else the panels, who are asked at every look, would take each millisecond as it is earned.
        """
        return any(stage.used_s < seat.used_s for stage in self.audience.stages())
