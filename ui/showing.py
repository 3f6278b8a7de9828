# SPDX-License-Identifier: MIT
"""What is on the screen: the newest moment of the reel, or the one that the timeline points at."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject

from engine.protocol.messages import LaneState
from ui.arrangement import Arrangement
from ui.controls.flowbar import FlowBar
from ui.controls.form import Form
from ui.controls.timeline import Timeline
from ui.controls.transport import TopBar
from ui.player import Player
from ui.reel import Moment, Past
from ui.session import State

PACES: Final = {0.0: "Full speed", 10.0: "10 steps/s", 1.0: "1 step/s"}  #: steps a second → words
NOWHERE = LaneState(name="", build=0, step=0, steps_per_s=0.0, train_s=0.0)
NOTHING = Moment(run_id=0, training=False, lanes=(), pictures={}, past=Past())


class Showing(QObject):
    """Gives each moment to the panels, the counter and the timeline, once."""

    def __init__(
        self, player: Player, panels: Arrangement, timeline: Timeline, bar: TopBar, form: Form, flow: FlowBar
    ) -> None:
        super().__init__(panels)
        self._flow = flow
        flow.show_pace(PACES[0.0])
        self._player, self._panels, self._timeline, self._bar, self._form = player, panels, timeline, bar, form
        self._held: Moment | None = None  # what the timeline points at; None: live
        self._index = 0
        player.framed.connect(self._framed)
        player.edited.connect(self._edited)
        timeline.scrubbed.connect(self._scrub)
        timeline.branched.connect(self.branch)
        form.lane_chosen.connect(lambda lane: self._refresh())

    @property
    def live(self) -> bool:
        """Whether the newest moment is shown."""
        return self._held is None

    def branch(self) -> None:
        """Go on from the moment that the timeline points at; nothing happens where it is live, or of an earlier run."""
        held = self._held
        if held is not None and self._present(held):
            self._player.branch({lane.name: lane.step for lane in held.lanes})

    def turn_pace(self) -> None:
        """Full speed, slower, slowest, and full again."""
        paces = list(PACES)
        pace = paces[(paces.index(self._player.troupe.pace) + 1) % len(paces)]
        self._player.troupe.set_pace(pace)
        self._flow.show_pace(PACES[pace])

    @property
    def _run(self) -> int:
        return self._player.session.state.run_id

    def _framed(self, moment: Moment) -> None:
        if self._held is None:
            self._panels.show_moment(moment)
        self._flow.show_moving(moment.moving)
        self._show_place(self._held or moment, moment)

    def _edited(self, state: State) -> None:
        """Another run or another build: be live again, and show what was last seen of it at once."""
        self._held = None
        self._refresh()

    def _scrub(self, index: int) -> None:
        count = self._player.reel.count(self._run)
        if count:
            live = index >= count - 1
            self._index = count - 1 if live else index
            self._held = None if live else self._player.reel.at(index, self._run)
            self._refresh()

    def _refresh(self) -> None:
        newest = self._player.reel.now(self._run)
        if newest is None:
            self._panels.show_moment(NOTHING)
            self._bar.show_lane(NOWHERE, False, self._device(), self._player.troupe.round_s)
            self._timeline.show_moment(0, 0, 0, 0)
            return
        shown = self._held or newest
        self._panels.show_moment(shown)
        self._show_place(shown, newest)

    def _show_place(self, shown: Moment, newest: Moment) -> None:
        lane, last = self._lane(shown), self._lane(newest)
        training = newest.training and self._held is None
        self._bar.show_lane(lane, training, self._device(), self._player.troupe.round_s)
        count = self._player.reel.count(self._run)
        self._timeline.show_moment(count, self._where(count), lane.step, last.step, self._present(shown))

    def _where(self, count: int) -> int:
        """The index of the moment held: thinning moves it to the left, never to the right."""
        if self._held is None:
            return count - 1
        newest = min(self._index, count - 1)
        found = (k for k in range(newest, -1, -1) if self._player.reel.at(k, self._run) is self._held)
        self._index = next(found, newest)  # thinned away: about where it was
        return self._index

    def _present(self, moment: Moment) -> bool:
        """Whether a moment shows the runs that are played now, and not those before a reset or a branch."""
        return tuple(lane.build for lane in moment.lanes) == self._player.session.state.builds

    def _lane(self, moment: Moment) -> LaneState:
        chosen = (lane for lane in moment.lanes if lane.name == self._form.lane)
        return next(chosen, moment.lanes[0] if moment.lanes else NOWHERE)

    def _device(self) -> str:
        hello = self._player.troupe.hello
        return hello.device if hello is not None else ""
