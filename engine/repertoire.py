# SPDX-License-Identifier: MIT
"""The tracks at play, and those that a rebuild replaced or a chapter left behind: undo and return find them as they were."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from msgspec.structs import replace

from engine import data, device, trial
from engine.appetite import check
from engine.archive import Checkpoint, LaneCheckpoint
from engine.data.dataset import Dataset
from engine.protocol.messages import LaneFacts
from engine.protocol.recipe.data import AnyData
from engine.protocol.recipe.experiment import Experiment
from engine.run import Run
from engine.track import Track

Origins = tuple[tuple[int, int] | None, ...]

KEPT = 3  #: replaced tracks kept for each experiment, beside those that were at play when it was left
DATASETS = 4
WAITING_BYTES = 8 * 2**20  #: of the history of a track that waits: who tours all chapters leaves twenty behind


class Repertoire:
    """Who plays, and who waits in the wings. A track is known by its build number."""

    def __init__(self, arrays: Mapping[str, np.ndarray] = MappingProxyType({})) -> None:
        self.run_id = 0
        self._arrays = arrays
        self.experiment: Experiment | None = None
        self.tracks: list[Track] = []
        self.tried: dict[int, dict[str, float]] = {}  #: by build, where devices were tried: the steps a second on each
        self._wings: OrderedDict[int, tuple[int, Track]] = OrderedDict()  # build → (run_id, track), oldest first
        self._datasets: OrderedDict[tuple[AnyData, int], Dataset] = OrderedDict()

    def play(self, run_id: int, experiment: Experiment, builds: tuple[int, ...], origins: Origins = ()) -> list[bool]:
        """Put these lanes on; says for each whether it was there before. Nothing changes where one cannot be built.

        A new lane with an origin (build, step) that is still known begins as a branch of it.

        Raises what building raises: DeviceError, MemoryError, RuntimeError, …
        """
        known = {track.run.build: track for track in self.tracks} | {b: t for b, (_, t) in self._wings.items()}
        found = [known.get(build) for build in builds]
        experiment, tried = self._settled(experiment, [old is None for old in found])
        tracks = [
            old or self._build(experiment, index, build)
            for index, (old, build) in enumerate(zip(found, builds, strict=True))
        ]
        for track, old, origin in zip(tracks, found, origins or [None] * len(tracks), strict=True):
            parent = known.get(origin[0]) if origin is not None else None
            if old is None and parent is not None and origin is not None:
                track.branch_from(parent, origin[1])
        self.tried |= {build: tried for build, old in zip(builds, found, strict=True) if tried and old is None}
        self._leave([track for track in self.tracks if track not in tracks])
        for build in builds:
            self._wings.pop(build, None)
        self.run_id, self.experiment, self.tracks = run_id, experiment, tracks
        self._prune()
        return [old is not None for old in found]

    def facts(self, revived: list[bool]) -> tuple[LaneFacts, ...]:
        """What is at play; `revived` is what `play` said."""
        tried = [self.tried.get(track.run.build, {}) for track in self.tracks]
        return tuple(track.facts(old, rates) for track, old, rates in zip(self.tracks, revived, tried, strict=True))

    def checkpoint(self) -> Checkpoint | None:
        """The present state of everything at play, copied."""
        if self.experiment is None:
            return None
        return Checkpoint(self.experiment, self.run_id, tuple(_kept(track) for track in self.tracks))

    def resume(self, checkpoint: Checkpoint) -> None:
        """Put a checkpoint's lanes on, at their steps. Raises KeyError or RuntimeError where its tensors do not fit."""
        self.play(checkpoint.run_id, checkpoint.experiment, tuple(lane.build for lane in checkpoint.lanes))
        for track, lane in zip(self.tracks, checkpoint.lanes, strict=True):
            track.run.remember(lane.log, lane.beginning)
            track.restore(lane.state)

    def track(self, name: str) -> Track | None:
        """The track of a lane; None where there is none of that name."""
        return next((track for track in self.tracks if track.name == name), None)

    def _settled(self, experiment: Experiment, fresh: list[bool]) -> tuple[Experiment, dict[str, float]]:
        """The experiment with the fastest device in all fresh lanes that leave it open; and how fast each was, where tried."""
        free = [new and lane.recipe.training.device == "auto" for lane, new in zip(experiment.lanes, fresh, strict=True)]
        if not any(free) or len(device.present()) == 1:
            return experiment, {}
        examples = self._examples(experiment.data, experiment.seed)
        lanes = tuple(lane for lane, chosen in zip(experiment.lanes, free, strict=True) if chosen)
        for lane in lanes:
            check(lane.recipe, examples)
        tried = trial.rates(lanes, examples, experiment.seed)
        best = trial.fastest(tried)
        settled = tuple(trial.on(lane, best) if chosen else lane for lane, chosen in zip(experiment.lanes, free, strict=True))
        return replace(experiment, lanes=settled), tried

    def _build(self, experiment: Experiment, index: int, build: int) -> Track:
        examples = self._examples(experiment.data, experiment.seed)
        check(experiment.lanes[index].recipe, examples)
        run = Run(experiment.lanes[index], examples, experiment.seed, build)
        return Track(run, experiment.data.classes)

    def _examples(self, declared: AnyData, seed: int) -> Dataset:
        key = (declared, seed)
        if key not in self._datasets:
            self._datasets[key] = data.load(declared, seed, self._arrays)
            while len(self._datasets) > DATASETS:
                self._datasets.popitem(last=False)
        return self._datasets[key]

    def _leave(self, tracks: list[Track]) -> None:
        for track in tracks:
            track.history.squeeze(WAITING_BYTES)
            track.scene.training = False
            self._wings[track.run.build] = (self.run_id, track)

    def _prune(self) -> None:
        """Of the present experiment the last KEPT replaced tracks stay; other experiments keep what they were left with."""
        own = [build for build, (run_id, _) in self._wings.items() if run_id == self.run_id]
        for build in own[:-KEPT]:
            del self._wings[build]


def _kept(track: Track) -> LaneCheckpoint:
    step, state = track.sound()
    return LaneCheckpoint(track.run.build, step, state, tuple(track.run.log), track.run.beginning)
