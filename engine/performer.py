# SPDX-License-Identifier: MIT
"""The performer: does what the window says, and tells what cannot be done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec.structs import asdict

from engine.appetite import out_of_memory, reason_of
from engine.archive import ArchiveError, Saver
from engine.audience import Audience
from engine.data.refusal import Refused
from engine.flowing import Flowing
from engine.keeping import Keeping
from engine.protocol.messages import (
    Build,
    Built,
    Change,
    Changed,
    Clear,
    Command,
    Failed,
    Flow,
    Give,
    Message,
    Pause,
    Pick,
    Play,
    Resume,
    Resumed,
    Save,
    Saved,
    Scatter,
    Sketch,
    Spawn,
    Step,
)  # fmt: skip
from engine.protocol.recipe.editing import RecipeError, check, with_value
from engine.protocol.recipe.probes.stage import Stage
from engine.repertoire import Repertoire
from engine.scene import Hand
from engine.sketch import SketchError, example
from engine.store import Store
from engine.track import Track
from engine.trainer import Trainer


class Performer:
    """Obeys commands (all but credits, watching and quitting), one method for each."""

    def __init__(
        self, repertoire: Repertoire, audience: Audience, flowing: Flowing, store: Store,
        send: Callable[[Message], None], folder: Path | None,
    ) -> None:  # fmt: skip
        self.repertoire, self.audience, self.flowing = repertoire, audience, flowing
        self.trainer = Trainer(repertoire, send)
        self.keeping = Keeping(repertoire, store, send, folder)
        self._send = send
        self._folder = folder
        self._unwritten = False  # the last checkpoint did not reach the disk
        self._methods: dict[type[Any], Callable[[Any], None]] = {
            Build: self._build, Change: self._change, Play: self._play, Pause: self._pause, Step: self._step,
            Spawn: self._spawn, Scatter: self._scatter, Clear: self._clear, Flow: self.flowing.command,
            Pick: self._pick, Sketch: self._sketch, Resume: self._resume,
            Give: self.keeping.give, Save: self.keeping.save,
        }  # fmt: skip

    def obey(self, command: Command) -> None:
        """Do what a command says; what cannot be done is said as Failed."""
        self._methods[type(command)](command)

    def report(self, saver: Saver | None) -> None:
        """Say what probes and the saver met, and send what was made."""
        self.keeping.report()
        for panel, reason in self.audience.broken:
            self._fail("probe_failed", {"panel": panel, "reason": reason})
        self.audience.broken.clear()
        for outcome in saver.outcomes() if saver is not None else ():
            if isinstance(outcome, str):
                if not self._unwritten:  # said once; the next try comes with the next checkpoint
                    self._fail("checkpoint_unwritten", {"file": str(self._folder), "reason": outcome})
            else:
                self._send(Saved(steps=outcome))
            self._unwritten = isinstance(outcome, str)

    def _build(self, command: Build) -> None:
        training = self.trainer.running and command.run_id == self.repertoire.run_id
        try:
            check(command.experiment)  # no single limit of the pipe sees that a model does not fit the data
            revived = self.repertoire.play(command.run_id, command.experiment, command.builds, command.origins)
        except RecipeError as error:
            self._fail("refused", {"reason": str(error)})
            return
        except Exception as error:  # a recipe can ask for more than the machine has, in many ways
            if isinstance(error, Refused):
                self._fail(error.kind, error.values)
                return
            self._fail("out_of_memory" if out_of_memory(error) else "build_failed", {"reason": reason_of(error)})
            return
        self.audience.rebuilt(self.repertoire.tracks)
        for track in self.repertoire.tracks:
            track.scene.point(Hand())  # one that was kept does not remember where a cursor stood long ago
        self._send(Built(run_id=command.run_id, lanes=self.repertoire.facts(revived)))
        if training:
            self.trainer.start()
        elif self.trainer.running:
            self.trainer.halt()

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
            values = {path: value}
            if path == "flow.kind":  # another flow has other values
                values |= {f"flow.{name}": v for name, v in asdict(experiment.lane(track.name).recipe.flow).items()}
            self._set(track, values)
        self.repertoire.experiment = experiment
        track.scene.change()
        self.flowing.wake()

    def _set(self, track: Track, values: dict[str, Any]) -> None:
        for path, value in values.items():
            change = track.run.change(path, value)
            self._send(Changed(lane=track.name, build=track.run.build, step=change.step, path=path, value=value))

    def _play(self, command: Play) -> None:
        self.trainer.start(steps_per_s=command.steps_per_s)

    def _step(self, command: Step) -> None:
        self.trainer.start(command.count)

    def _pause(self, command: Pause) -> None:
        self.trainer.halt()

    def _stages(self, lane: str) -> list[Track]:
        return [track for track in self.repertoire.tracks if lane in ("", track.name)]

    def _spawn(self, command: Spawn) -> None:
        if command.xy.ndim == 2 and command.xy.shape[1] == 2:
            for track in self._stages(command.lane):
                track.scene.swarm.spawn(command.xy)

    def _scatter(self, command: Scatter) -> None:
        for track in self._stages(command.lane):
            swarm = track.scene.swarm
            (swarm.corrupt if command.around == "data" else swarm.scatter)(command.count, command.scale)

    def _clear(self, command: Clear) -> None:
        for track in self.repertoire.tracks:
            track.scene.swarm.clear()

    def _pick(self, command: Pick) -> None:
        seated = [(panel.probe, owner) for panel, owner in self.audience.seated(command.panel)]
        for track in self.repertoire.tracks:
            # Stages of several lanes show one plane: who points at one points at all.
            mine = [probe.kind for probe, owner in seated if owner is track or isinstance(probe, Stage)]
            at = Hand(mine[0], command.xy, command.example) if mine else Hand(example=command.example)
            track.scene.point(at)

    def _sketch(self, command: Sketch) -> None:
        for track in self.repertoire.tracks:
            data, scene = track.run.data, track.scene
            try:
                drawn = None if command.pixels is None else example(command.pixels, data.shape, data.low, data.high)
            except SketchError as error:
                self._fail("refused", {"reason": str(error)}, track.name)
                return
            scene.sketch = None if drawn is None else drawn.to(track.run.device)
            scene.settings += 1

    def _resume(self, command: Resume) -> None:
        try:
            self.keeping.resume(command)
        except Refused as error:
            self._fail(error.kind, error.values)
            return
        except (ArchiveError, KeyError, RuntimeError, ValueError, MemoryError) as error:
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
