# SPDX-License-Identifier: MIT
"""The training clock: which lane trains next, how fast, until when; and what happens when a step goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from engine.appetite import out_of_memory, reason_of
from engine.figures import Diverged
from engine.protocol.messages import Branched, Failed, Message, Paused, Started
from engine.protocol.recipe.editing import parameters
from engine.repertoire import Repertoire
from engine.run import Change
from engine.track import Track

SUSPECT = 500  #: steps back that a change of a live value is held to be why a figure became infinite


class Trainer:
    """Trains the lanes at play, a slice at a time. Lanes share time equally, or steps where the experiment says so.

    Equal shares are for lanes that learn. The exact denoiser learns nothing by its steps: they are only its loss on fresh
    noise, for the curves; its points and panels have time of their own. It has a tenth of the time of a lane that does: an
    equal share would halve the speed of the lane that it is held against, and with none it would have no curve.
    """

    def __init__(self, repertoire: Repertoire, send: Callable[[Message], None]) -> None:
        self.repertoire = repertoire
        self.running = False
        self._send = send
        self._pace_s = 0.0
        self._next = 0.0

    def advance(self, now: float) -> bool:
        """One slice of the lane that had the least so far (a branch on its way comes first); whether there was one."""
        branch = next((track for track in self.repertoire.tracks if track.replaying), None)
        if branch is not None:
            return self._replay(branch)
        if not self.running or now < self._next:
            return False
        waiting = [track for track in self.repertoire.tracks if track.left != 0]
        if not waiting:
            self.halt()
            return False
        by_steps = self.repertoire.experiment is not None and self.repertoire.experiment.share == "steps"
        track = min(waiting, key=lambda t: t.run.step if by_steps else t.used_s / t.share)
        step = track.run.step
        self._step(track)
        if self._pace_s and track.run.step != step:
            self._next = now + self._pace_s / len(waiting)
        return True

    def start(self, count: int | None = None, steps_per_s: float = 0.0) -> None:
        """Train `count` steps in every lane (None: without end), at most `steps_per_s` a second (0: as fast as it goes)."""
        self._pace_s = 1 / steps_per_s if steps_per_s > 0 else 0.0
        self._next = 0.0
        for track in self.repertoire.tracks:
            track.left, track.used_s = count, 0.0
            track.scene.training = True
        if not self.running and self.repertoire.tracks:
            self.running = True
            self._send(Started(run_id=self.repertoire.run_id))

    def halt(self) -> None:
        """Stop, say where; the figures of the last steps are read, so that the next frame shows all panels at one step."""
        self.running = False
        for track in self.repertoire.tracks:
            track.scene.training = False
            try:
                track.check()
            except Diverged as error:
                self._diverged(track, error)
        steps = {track.name: track.run.step for track in self.repertoire.tracks}
        self._send(Paused(run_id=self.repertoire.run_id, steps=steps))

    def waits(self, now: float) -> Iterator[float]:
        """Seconds until the next step, in slow motion."""
        if self.running:
            yield self._next - now

    def _step(self, track: Track) -> None:
        try:
            track.advance()
        except Diverged as error:
            self._diverged(track, error)
            self.halt()
        except Exception as error:  # whatever the mathematics raises, the run goes back to what was good
            at = track.run.step + 1
            track.go_back()
            values = {"step": at, "reason": reason_of(error), "back_to": track.run.step}
            kind = "step_without_memory" if out_of_memory(error) else "step_failed"
            self._send(Failed(kind=kind, values=values, lane=track.name))
            self.halt()

    def _diverged(self, track: Track, error: Diverged) -> None:
        suspect = self._suspect(track, error.step)
        track.go_back(error.step)
        what = "Loss" if error.what == "loss" else error.what.capitalize()
        values: dict[str, Any] = {"what": what, "step": error.step, "back_to": track.run.step}
        if suspect is None:
            values |= {"label": "learning rate", "value": float(track.run.training["learning_rate"])}
        else:
            values |= {"label": self._label(suspect.path), "value": suspect.value}
        self._send(Failed(kind="diverged" if suspect is None else "diverged_after", values=values, lane=track.name))

    @staticmethod
    def _suspect(track: Track, step: int) -> Change | None:
        """The newest change of a live value in the steps before, the learning rate aside, which is the likely one otherwise."""
        recent = [change for change in track.run.log if step - SUSPECT <= change.step <= step]
        return recent[-1] if recent and recent[-1].path != "training.learning_rate" else None

    def _label(self, path: str) -> str:
        """A live value as the form calls it."""
        experiment, lane = self.repertoire.experiment, self.repertoire.tracks[0].name
        declared = parameters(experiment, lane) if experiment is not None else ()
        return next((parameter.label for parameter in declared if parameter.path == path), path)

    def _replay(self, track: Track) -> bool:
        track.replay()
        if not track.replaying:
            self._send(Branched(lane=track.name, build=track.run.build, step=track.run.step, digest=track.digest()))
        return True
