# SPDX-License-Identifier: MIT
"""Frames: made when the window has a credit, the time has come, and there is news. Nothing can pile up."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from engine.audience import Audience
from engine.flowing import Flowing
from engine.measuring import Measuring
from engine.protocol.messages import FRAMES_PER_S, Frame, Message, Scalars
from engine.repertoire import Repertoire

CREDITS = 2


class Offering:
    """Counts credits and sends frames."""

    def __init__(self, repertoire: Repertoire, audience: Audience, send: Callable[[Message], None]) -> None:
        self.repertoire = repertoire
        self.audience = audience
        self._send = send
        self._credits = CREDITS
        self._pace_s = 1 / FRAMES_PER_S
        self._next = 0.0
        self._last = 0.0
        self._number = 0
        self._scalars: list[Scalars] = []
        self._places: object = None

    def credit(self, frames: int) -> None:
        """The window took frames."""
        self._credits = min(CREDITS, self._credits + frames)

    def pace(self, frames_per_s: float) -> None:
        """How many frames a second the window wants."""
        self._pace_s = 1 / frames_per_s

    @property
    def open(self) -> bool:
        """Whether the window would take a frame."""
        return self._credits > 0

    @property
    def next(self) -> float:
        """The time from which a frame may be sent; without end where the window would take none."""
        return self._next if self._credits > 0 else math.inf

    def due(self, now: float) -> bool:
        """Whether a frame may be sent now."""
        return now >= self.next and bool(self.repertoire.tracks)

    def offer(self, now: float, training: bool, flowing: Flowing, measuring: Measuring) -> bool:
        """Send a frame if there is news; whether it was sent."""
        for track in self.repertoire.tracks:
            found = track.scalars()
            if found is not None:
                self._scalars.append(found)
        pictures, measured = self.audience.take()
        places = self._standing(training)
        if not (pictures or measured or self._scalars or places != self._places):
            return False
        wall_s = now - self._last
        frame = Frame(
            run_id=self.repertoire.run_id, number=self._number, training=training,
            lanes=tuple(track.state(wall_s) for track in self.repertoire.tracks),
            scalars=(*self._scalars, *measured), pictures=pictures, moving=flowing.moving,
            measuring=not training and self.audience.measuring,
            probe_share=measuring.spent() / wall_s, flow_share=flowing.budget.spent() / wall_s,
        )  # fmt: skip
        self._send(frame)
        self._number += 1
        self._credits -= 1
        self._scalars, self._places, self._last = [], places, now
        self._next = max(self._next + self._pace_s, now - self._pace_s)
        return True

    def waits(self, now: float, training: bool) -> Iterator[float]:
        """Seconds until a frame may be sent, if one is wanted: the last one of a training too, which may come too soon."""
        news = self.audience.pictures or self.audience.scalars or self.audience.stages()
        if self._credits > 0 and self.repertoire.tracks and (news or self._standing(training) != self._places):
            yield self._next - now

    def _standing(self, training: bool) -> tuple[object, ...]:
        measuring = not training and self.audience.measuring
        return training, measuring, *((t.run.build, t.run.step) for t in self.repertoire.tracks)
