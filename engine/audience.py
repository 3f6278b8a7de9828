# SPDX-License-Identifier: MIT
"""The audience: the probes of the panels that can be seen. They take turns, in slices, and only when what they show changed."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import torch

from engine.probes import invite
from engine.probes.probe import Errand, Probe, Reading
from engine.protocol.messages import Scalars
from engine.protocol.payloads import Picture
from engine.protocol.recipe.probes import Panel
from engine.protocol.recipe.probes.curves import Curves
from engine.track import Track

NEVER = object()
CREDIT_S = 0.03  #: who has asked for nothing in a while is served first, up to so many seconds


class Haste(IntEnum):
    """What a measurement may take its time from."""

    IN_TURN = 0  #: the panels' share
    SOON = 1  #: the hand's share
    AT_ONCE = 2  #: whatever is there


@dataclass
class Seat:
    """One watched panel and its probe, or an errand of that probe."""

    panel: Panel
    track: Track
    probe: Errand
    stage: bool = False  #: wants every frame
    seen: Any = NEVER  #: the version that the last measurement showed
    answered: Any = NEVER  #: what a hand had set when it began
    awaited: bool = False  #: whether a hand waits for the answer
    at: float = 0.0  #: when it last began
    used_s: float = 0.0  #: the time that it has had, by its share
    work: Iterator[Reading] | None = None

    @property
    def due(self) -> bool:
        """Whether there is something new to measure."""
        return self.work is not None or self.probe.version() != self.seen

    @property
    def haste(self) -> Haste:
        """How much a hand waits for it."""
        return Haste.AT_ONCE if self.probe.urgent else Haste.SOON if self.awaited else Haste.IN_TURN

    def wait(self, now: float) -> float:
        """Seconds until its next slice, if it is due: what is under way, or awaited, goes on at once."""
        return 0.0 if self.work is not None or self.awaited else self.at + self.probe.every_s - now


class Audience:
    """All seats, and the pictures and figures that wait for the next frame."""

    def __init__(self) -> None:
        self.seats: list[Seat] = []
        self.pictures: dict[str, Picture] = {}
        self.scalars: list[Scalars] = []
        self.broken: list[tuple[str, str]] = []  #: (panel, reason) of probes that raised
        self._panels: tuple[Panel, ...] = ()
        self._used_s = 0.0  # the time that each seat has had that always asked for more

    def watch(self, panels: tuple[Panel, ...], tracks: list[Track]) -> None:
        """Seat the probes of these panels; those that stay keep what they know. Those that a hand has opened are awaited."""
        before = set(map(id, self.seats))
        self._seat(panels, tracks)
        for seat in self.seats:
            seat.awaited |= id(seat) not in before and seat.probe.share >= 1  # what is for later has time

    def rebuilt(self, tracks: list[Track]) -> None:
        """The tracks have changed: seat everybody again."""
        self._seat(self._panels, tracks)

    def _seat(self, panels: tuple[Panel, ...], tracks: list[Track]) -> None:
        kept: dict[tuple[Panel, Track], list[Seat]] = {}
        for seat in self.seats:
            kept.setdefault((seat.panel, seat.track), []).append(seat)
        self.seats = []
        self._panels = panels
        for panel in panels:
            for track in _tracks_of(panel, tracks):
                self.seats += kept.get((panel, track)) or _seats(panel, track)
        self.pictures = {k: v for k, v in self.pictures.items() if any(s.panel.key == k for s in self.seats)}

    def seated(self, key: str) -> list[tuple[Panel, Track]]:
        """The watched panels with this key, and whose they are."""
        return [(seat.panel, seat.track) for seat in self.seats if seat.panel.key == key and isinstance(seat.probe, Probe)]

    def hear(self) -> None:
        """A hand has done something. Who shows what it has set begins anew; what was begun for a hand comes to its end."""
        for seat in self.seats:
            if not seat.awaited and seat.probe.asked() != seat.answered:
                seat.work, seat.seen, seat.awaited = None, NEVER, True  # begun anew, even where it was set back at once

    def stages(self) -> list[Seat]:
        """The seats that want every frame, and have something new to show."""
        return [seat for seat in self.seats if seat.stage and seat.due]

    @property
    def measuring(self) -> bool:
        """Whether a panel has something that it has not shown yet; stages, which follow every move, aside."""
        return bool(self._panels_due())

    def next(self, now: float, hastes: Collection[Haste]) -> Seat | None:
        """The seat whose turn it is: of those with news and one of these hastes the most hasty, with the least time so far.

        So a measurement of seconds keeps no other panel waiting for more than a slice.
        """
        due = [seat for seat in self._panels_due(hastes) if seat.wait(now) <= 0]
        found = min(due, key=lambda seat: (-seat.haste, seat.used_s), default=None)
        if found is not None:
            self._used_s = max(self._used_s, found.used_s)
            found.used_s = max(found.used_s, self._used_s - CREDIT_S)
        return found

    def waits(self, now: float) -> Iterator[float]:
        """Seconds until a panel's next turn, if one has something new."""
        for seat in self._panels_due():
            yield seat.wait(now)

    def _panels_due(self, hastes: Collection[Haste] = tuple(Haste)) -> list[Seat]:
        return [seat for seat in self.seats if not seat.stage and seat.haste in hastes and seat.due]

    def advance(self, seat: Seat) -> float:
        """One slice of a seat's measurement; returns the seconds that it took. A probe that raises is sent away."""
        since = time.perf_counter()
        try:
            with torch.inference_mode():
                self._slice(seat)
        except Exception as error:  # a guest must not stop the house, whatever it stumbles over
            self.broken.append((seat.panel.key, f"{type(error).__name__}: {error}"))
            self.seats.remove(seat)
        took_s = time.perf_counter() - since
        seat.used_s += took_s / seat.probe.share
        if seat.stage:  # at rest, or while points move, it has its time from elsewhere: that is held against nobody
            seat.used_s = min(max(seat.used_s, self._used_s - CREDIT_S), self._used_s + CREDIT_S)
        return took_s

    def _slice(self, seat: Seat) -> None:
        if seat.work is None:
            seat.answered, seat.seen, seat.at = seat.probe.asked(), seat.probe.version(), time.perf_counter()
            seat.work = seat.probe.measure()
        reading = next(seat.work, None)
        if reading is None:
            seat.work, seat.awaited = None, seat.probe.asked() != seat.answered
            return
        if reading.picture is not None:
            self.pictures[seat.panel.key] = reading.picture
        if reading.figures:
            self.scalars.append(seat.track.measured(reading.figures, reading.place))

    def take(self) -> tuple[dict[str, Picture], list[Scalars]]:
        """What waits for the next frame."""
        found = self.pictures, self.scalars
        self.pictures, self.scalars = {}, []
        return found


def _tracks_of(panel: Panel, tracks: list[Track]) -> list[Track]:
    """Whose figures a panel shows: those of one lane; curves that name no lane show all lanes on the same axes."""
    found = [track for track in tracks if panel.lane in ("", track.name)]
    return found if isinstance(panel.probe, Curves) else found[:1]


def _seats(panel: Panel, track: Track) -> list[Seat]:
    """The seats of a panel that was not watched so far; none where the lane's model cannot do what the probe needs."""
    probe = invite(panel, track.scene)
    if probe is None:
        return []
    errands = (Seat(panel, track, errand) for errand in probe.errands)
    return [Seat(panel, track, probe, stage=panel.probe.stage), *errands]
