# SPDX-License-Identifier: MIT
"""The performer: does what the window says, trains the lanes, and tells what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from engine.archive import ArchiveError, Saver, load_checkpoint
from engine.audience import Audience
from engine.flowing import Flowing
from engine.protocol.messages import (
    Build,
    Built,
    Change,
    Changed,
    Clear,
    Command,
    Failed,
    Flow,
    Message,
    Pause,
    Paused,
    Pick,
    Play,
    Resume,
    Resumed,
    Saved,
    Scatter,
    Spawn,
    Started,
    Step,
)  # fmt: skip
from engine.protocol.recipe.editing import RecipeError, with_value
from engine.repertoire import Repertoire
from engine.track import Diverged, Track


class Performer:
    """Obeys commands (all but credits, watching and quitting), one method for each."""

    def __init__(
        self, repertoire: Repertoire, audience: Audience, flowing: Flowing, send: Callable[[Message], None], folder: Path | None
    ) -> None:
        self.repertoire, self.audience, self.flowing = repertoire, audience, flowing
        self.training = False
        self._send = send
        self._folder = folder
        self._pace_s = 0.0
        self._next = 0.0
        self._methods: dict[type[Any], Callable[[Any], None]] = {
            Build: self._build, Change: self._change, Play: self._play, Pause: self._pause, Step: self._step,
            Spawn: self._spawn, Scatter: self._scatter, Clear: self._clear, Flow: self.flowing.command,
            Pick: self._pick, Resume: self._resume,
        }  # fmt: skip

    def obey(self, command: Command) -> None:
        """Do what a command says; what cannot be done is said as Failed."""
        self._methods[type(command)](command)

    def train(self, now: float) -> bool:
        """One slice of training of the lane that had the least so far; whether there was one."""
        if not self.training or now < self._next:
            return False
        waiting = [track for track in self.repertoire.tracks if track.left != 0]
        if not waiting:
            self._halt()
            return False
        track = min(waiting, key=lambda t: t.used_s)
        step = track.run.step
        try:
            track.advance()
        except Diverged as error:
            self._diverged(track, error)
        except Exception as error:  # whatever the mathematics raises, the run goes back to what was good
            track.go_back()
            self._fail("step_failed", {"step": step + 1, "reason": f"{type(error).__name__}: {error}"}, track.name)
            self._halt()
        if self._pace_s and track.run.step != step:
            self._next = now + self._pace_s / len(waiting)
        return True

    def waits(self, now: float) -> Iterator[float]:
        """Seconds until the next step, in slow motion."""
        if self.training:
            yield self._next - now

    def report(self, saver: Saver | None) -> None:
        """Say what probes and the saver met."""
        for panel, reason in self.audience.broken:
            self._fail("probe_failed", {"panel": panel, "reason": reason})
        self.audience.broken.clear()
        for outcome in saver.outcomes() if saver is not None else ():
            if isinstance(outcome, str):
                self._fail("checkpoint_unwritten", {"file": str(self._folder), "reason": outcome})
            else:
                self._send(Saved(steps=outcome))

    def _build(self, command: Build) -> None:
        training = self.training and command.run_id == self.repertoire.run_id
        try:
            revived = self.repertoire.play(command.run_id, command.experiment, command.builds)
        except Exception as error:  # a recipe can ask for more than the machine has, in many ways
            kind = "out_of_memory" if isinstance(error, MemoryError) or "memory" in str(error) else "build_failed"
            self._fail(kind, {"reason": str(error)})
            return
        self.audience.rebuilt(self.repertoire.tracks)
        facts = tuple(track.facts(old) for track, old in zip(self.repertoire.tracks, revived, strict=True))
        self._send(Built(run_id=command.run_id, lanes=facts))
        self._start(None) if training else self._halt(quiet=not self.training)

    def _change(self, command: Change) -> None:
        track = self.repertoire.track(command.lane)
        experiment = self.repertoire.experiment
        if track is None or experiment is None:
            return
        for path, value in command.values.items():
            try:
                experiment = with_value(experiment, f"{command.lane}.{path}", value)
            except RecipeError as error:
                self._fail("refused", {"reason": str(error)}, command.lane)
                continue
            change = track.run.change(path, value)
            self._send(Changed(lane=track.name, build=track.run.build, step=change.step, path=path, value=value))
        self.repertoire.experiment = experiment
        track.scene.settings += 1
        self.flowing.wake()

    def _play(self, command: Play) -> None:
        self._pace_s = 1 / command.steps_per_s if command.steps_per_s > 0 else 0.0
        self._start(None)

    def _step(self, command: Step) -> None:
        self._start(command.count)

    def _pause(self, command: Pause) -> None:
        self._halt()

    def _start(self, count: int | None) -> None:
        self._next = 0.0
        for track in self.repertoire.tracks:
            track.left, track.used_s = count, 0.0
        if not self.training and self.repertoire.tracks:
            self.training = True
            self._send(Started(run_id=self.repertoire.run_id))

    def _halt(self, quiet: bool = False) -> None:
        """Stop training; the figures of the last steps are read, so that the next frame shows all panels at one step."""
        self.training = False
        for track in self.repertoire.tracks:
            try:
                track.collect()
            except Diverged as error:
                self._diverged(track, error)
        if not quiet:
            steps = {track.name: track.run.step for track in self.repertoire.tracks}
            self._send(Paused(run_id=self.repertoire.run_id, steps=steps))

    def _diverged(self, track: Track, error: Diverged) -> None:
        track.go_back()
        rate = track.run.training["learning_rate"]
        values = {"what": "Loss" if error.what == "loss" else error.what.capitalize(), "step": error.step,
                  "back_to": track.run.step, "label": "learning rate", "value": float(rate)}  # fmt: skip
        self._fail("diverged", values, track.name)
        if self.training:
            self._halt()

    def _stages(self, lane: str) -> list[Track]:
        return [
            t for t in self.repertoire.tracks if lane in ("", t.name) and "denoise" in t.run.network.declared.can
        ]

    def _spawn(self, command: Spawn) -> None:
        if command.xy.ndim == 2 and command.xy.shape[1] == 2:
            for track in self._stages(command.lane):
                track.scene.swarm.spawn(command.xy)

    def _scatter(self, command: Scatter) -> None:
        for track in self._stages(command.lane):
            track.scene.swarm.scatter(command.count, command.scale)

    def _clear(self, command: Clear) -> None:
        for track in self.repertoire.tracks:
            track.scene.swarm.clear()

    def _pick(self, command: Pick) -> None:
        for seat in self.audience.seats:
            if seat.panel.key == command.panel:
                seat.track.scene.picks[command.panel] = command.xy
                seat.track.scene.settings += 1

    def _resume(self, command: Resume) -> None:
        try:
            if self._folder is None:
                raise ArchiveError("this engine keeps no session")
            self.repertoire.resume(load_checkpoint(self._folder))
        except (ArchiveError, KeyError, RuntimeError, ValueError) as error:
            self._fail("checkpoint_unreadable", {"file": str(self._folder), "reason": str(error)})
            return
        self.audience.rebuilt(self.repertoire.tracks)
        tracks, experiment = self.repertoire.tracks, self.repertoire.experiment
        assert experiment is not None
        self._send(Resumed(
            experiment=experiment, run_id=self.repertoire.run_id, builds=tuple(t.run.build for t in tracks),
            steps={t.name: t.run.step for t in tracks},
        ))  # fmt: skip

    def _fail(self, kind: str, values: dict[str, Any], lane: str = "") -> None:
        self._send(Failed(kind=kind, values=values, lane=lane))
