# SPDX-License-Identifier: MIT
"""What was seen: the last frames and the history of every scalar, within a budget. Scrubbing asks nobody. Qt-free.

Older frames and older scalars are kept sparser. Each run (a chapter, a loaded recipe) has frames of its own; the curves
belong to a (lane, build), so that a build which undo brings back has its curves again. A branch goes on where its parent
was: its curve begins with the parent's, up to its own first step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import numpy as np

from engine.protocol.messages import Frame, LaneState, Scalars
from engine.protocol.payloads import Picture
from ui.curve import Curve, Track

BUDGET: Final = 48 * 2**20  #: bytes, frames and scalars together
_OVERHEAD: Final = 2048  #: bytes that an entry or a picture takes beside its arrays, roughly

Key = tuple[str, int]  #: lane, build
Origin = tuple[int, int]  #: build, step


class History:
    """The curves of one run, by (lane, build) and name."""

    def __init__(self) -> None:
        self.tracks: dict[Key, dict[str, Track]] = {}
        self.origins: dict[int, Origin] = {}  #: build → where it branched off

    def add(self, scalars: Scalars) -> None:
        """Append what one lane reports."""
        tracks = self.tracks.setdefault((scalars.lane, scalars.build), {})
        for name, values in scalars.values.items():
            tracks.setdefault(name, Track()).extend(scalars.steps, scalars.seconds, values)

    def pieces(self, key: Key, name: str, end: float) -> Iterator[Curve]:
        """A scalar of a build up to a step, after what its ancestors did before they parted, oldest first."""
        build, parted = self.origins.get(key[1], (-1, 0))
        parent = next((known for known in self.tracks if known[1] == build), None)
        if parent is not None:
            yield from self.pieces(parent, name, min(end, parted))
        track = self.tracks.get(key, {}).get(name)
        if track is not None:
            yield track.upto(end)

    @property
    def nbytes(self) -> int:
        """The memory of all curves."""
        return sum(track.nbytes for tracks in self.tracks.values() for track in tracks.values())


@dataclass(frozen=True)
class Past:
    """What a view may know of the training up to a moment: read-only, and nothing of what came later.

    Two are equal where the curves are: most frames bring no figures, for those come twenty times a second.
    """

    builds: tuple[Key, ...] = ()  #: at play
    ends: Mapping[Key, int] = field(default_factory=dict)  #: the step up to which the figures of each build had come by then
    told: int = 0  #: reports of figures by then
    _history: History = field(default_factory=History, repr=False, compare=False)

    def names(self, lane: str) -> tuple[str, ...]:
        """The scalars that the present build of a lane has reported."""
        key = self._present(lane)
        while key not in self._history.tracks and key[1] in self._history.origins:
            key = lane, self._history.origins[key[1]][0]  # a branch that has reported nothing yet
        return tuple(self._history.tracks.get(key, {}))

    def series(self, lane: str, name: str) -> Curve | None:
        """A scalar of the present build of a lane and of those it branched from, up to this moment; None where it has none."""
        key = self._present(lane)
        return _joined(self._history.pieces(key, name, self.ends[key])) if key in self.ends else None

    def older(self, lane: str, name: str) -> tuple[Curve, ...]:
        """The same scalar in the lane's other builds that had been seen by this moment, oldest first."""
        others = sorted(key for key in self.ends if key[0] == lane and key != self._present(lane))
        curves = (self._curve(key, name) for key in others)
        return tuple(curve for curve in curves if curve is not None)

    def _present(self, lane: str) -> Key:
        return next((key for key in self.builds if key[0] == lane), (lane, -1))

    def _curve(self, key: Key, name: str) -> Curve | None:
        track = self._history.tracks.get(key, {}).get(name)
        if track is None or key not in self.ends:
            return None
        curve = track.upto(self.ends[key])
        return curve if len(curve.steps) else None


@dataclass(frozen=True)
class Moment:
    """What the screen showed at a time: the newest picture of every panel, and where the lanes stood."""

    run_id: int
    training: bool
    lanes: tuple[LaneState, ...]
    pictures: Mapping[str, Picture]
    past: Past
    moving: int = 0
    measuring: bool = False


class _Run:
    """The moments of one run, oldest first, and its curves."""

    def __init__(self) -> None:
        self.moments: list[Moment] = []
        self.history = History()
        self.picture_bytes = 0

    @property
    def nbytes(self) -> int:
        return self.picture_bytes + self.history.nbytes

    def add(self, frame: Frame) -> None:
        for scalars in frame.scalars:
            self.history.add(scalars)
        last = self.moments[-1] if self.moments else None
        past = self._past(last.past if last else Past(), frame)
        same = last is not None and last.past.builds == past.builds
        # Pictures of weights that play no more would tell a wrong story beside the new ones.
        pictures = {**last.pictures, **frame.pictures} if last and same else dict(frame.pictures)
        self.moments.append(Moment(frame.run_id, frame.training, frame.lanes, pictures, past, frame.moving, frame.measuring))
        self.picture_bytes += _OVERHEAD + sum(picture_bytes(picture) for picture in frame.pictures.values())

    def _past(self, before: Past, frame: Frame) -> Past:
        """Figures may come later than the steps that they are of; a training that went back has those before that only.

        A build that has told nothing may show all that it is a continuation of: a branch on its way has its parent's.
        """
        ends = dict(before.ends)
        for scalars in frame.scalars:
            key = scalars.lane, scalars.build
            ends[key] = max(ends.get(key, 0), int(scalars.steps.max(initial=0)))
        for state in frame.lanes:
            key = state.name, state.build
            ends[key] = min(ends[key], state.step) if key in ends and key in self.history.tracks else state.step
        builds = tuple((state.name, state.build) for state in frame.lanes)
        return Past(builds, ends, before.told + len(frame.scalars), self.history)

    def thin_moments(self) -> None:
        """Leave out every second moment but those of the newest quarter; the first and the last stay, of two the last."""
        old = len(self.moments) * 3 // 4
        self.moments = self.moments[:old:2] + self.moments[old:] if old > 1 else self.moments[-1:]
        pictures = {id(picture): picture for moment in self.moments for picture in moment.pictures.values()}
        self.picture_bytes = _OVERHEAD * len(self.moments) + sum(map(picture_bytes, pictures.values()))

    def thin_curves(self) -> None:
        """Give up the oldest build that does not play; where there is none, halve the longest curve."""
        present = {(state.name, state.build) for state in self.moments[-1].lanes} if self.moments else set()
        others = sorted(self.history.tracks.keys() - present, key=lambda key: key[1])
        if others:
            del self.history.tracks[others[0]]
        else:
            max((track for tracks in self.history.tracks.values() for track in tracks.values()), key=len).thin()


class Reel:
    """The last frames and the scalar history, in at most `budget` bytes (the newest moment is kept whatever it takes)."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._runs: dict[int, _Run] = {}
        self._present = 0

    def add(self, frame: Frame) -> None:
        """Keep a frame."""
        self._present = frame.run_id
        self._runs.setdefault(frame.run_id, _Run()).add(frame)
        self._keep_budget()

    def branch(self, run_id: int, build: int, origin: Origin) -> None:
        """A build of a run goes on from where another one was."""
        self._runs.setdefault(run_id, _Run()).history.origins[build] = origin

    def now(self, run_id: int | None = None) -> Moment | None:
        """The newest moment, of the named run or of the one that was seen last; None where nothing was seen."""
        moments = self._moments(run_id)
        return moments[-1] if moments else None

    def count(self, run_id: int | None = None) -> int:
        """How many moments of a run can be looked at again."""
        return len(self._moments(run_id))

    def at(self, index: int, run_id: int | None = None) -> Moment:
        """The moment with this index, 0 … count − 1, oldest first; IndexError beyond."""
        if not 0 <= index < self.count(run_id):
            raise IndexError(f"no moment {index}, there are {self.count(run_id)}")
        return self._moments(run_id)[index]

    def at_step(self, lane: str, step: int, run_id: int | None = None) -> Moment | None:
        """The last moment at which the lane's present build had done no more than `step`; None where none was seen."""
        build = next((state.build for state in self._lanes(run_id) if state.name == lane), None)
        for moment in reversed(self._moments(run_id)):
            if any(state.name == lane and state.build == build and state.step <= step for state in moment.lanes):
                return moment
        return None

    def seen(self, lane: str, run_id: int | None = None) -> tuple[int, int] | None:
        """The first and the last step of the lane's present build that can be looked at again."""
        build = next((state.build for state in self._lanes(run_id) if state.name == lane), None)
        steps = [s.step for moment in self._moments(run_id) for s in moment.lanes if (s.name, s.build) == (lane, build)]
        return (min(steps), max(steps)) if steps else None

    @property
    def nbytes(self) -> int:
        """The memory of all that is kept, as far as it is counted: arrays, and a share for the objects around them."""
        return sum(run.nbytes for run in self._runs.values())

    def _moments(self, run_id: int | None) -> list[Moment]:
        run = self._runs.get(self._present if run_id is None else run_id)
        return run.moments if run else []

    def _lanes(self, run_id: int | None) -> tuple[LaneState, ...]:
        moments = self._moments(run_id)
        return moments[-1].lanes if moments else ()

    def _curve_bytes(self) -> int:
        return sum(run.history.nbytes for run in self._runs.values())

    def _keep_budget(self) -> None:
        curves, before = self._curve_bytes(), 0
        while curves > self._budget // 3 and curves != before:
            max(self._runs.values(), key=lambda run: run.history.nbytes).thin_curves()
            curves, before = self._curve_bytes(), curves
        while self.nbytes > self._budget:
            run_id, run = max(self._runs.items(), key=lambda item: item[1].picture_bytes)
            if len(run.moments) > 1:
                run.thin_moments()
            elif run_id != self._present:
                del self._runs[run_id]
            else:
                return


def _joined(pieces: Iterable[Curve]) -> Curve | None:
    """The curves one after the other; None where there is nothing in them."""
    found = [piece for piece in pieces if len(piece.steps)]
    if len(found) < 2:
        return found[0] if found else None
    rows = np.concatenate([np.stack(piece) for piece in found], axis=1)  # (3, n)
    rows.setflags(write=False)
    return Curve(*rows)


def picture_bytes(picture: Picture) -> int:
    """The memory of a picture: its arrays, and a share for the objects around them."""
    return _OVERHEAD + _array_bytes(picture)


def _array_bytes(value: Any) -> int:
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, tuple):
        return sum(map(_array_bytes, value))
    if isinstance(value, msgspec.Struct):
        return sum(_array_bytes(item) for item in msgspec.structs.astuple(value))
    return 0
